"""A mail as the bytes that go over the line.

Written out by hand, for the standard library takes longer over its heads than a server over the mail. What comes from
people is in three places only: the address (of the plainest form, or refused), the subject (one line, encoded), the
body (base64).
"""

import re
from base64 import b64encode, encodebytes
from email.utils import format_datetime, parseaddr
from functools import cache

from services.worker.channels.outgoing import Outgoing
from shared.clock import now
from shared.errors import Undelivered
from shared.i18n import DEFAULT, TAGS
from shared.settings import settings

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_PAGE = re.compile(r"https?://[!-;=?-~]+")
#: Bytes of a subject in one encoded word, which may be 75 signs long.
_WORD = 42


def plain_name(message_id: str) -> str:
    """A message id as it may stand in a head and in a file's name."""
    return _NAME.sub("-", message_id)


@cache
def sender(given: str) -> tuple[str, str]:
    """(head, address) of MAIL_FROM."""
    name, address = parseaddr(given)
    if not _ADDRESS.fullmatch(address):
        return "no-reply@jiceng.invalid", "no-reply@jiceng.invalid"
    return (f"{encoded(name, always=not name.isascii())} <{address}>" if name else address), address


def encoded(text: str, *, always: bool = False) -> str:
    """A text for a head: as it is where that is safe, else in encoded words (RFC 2047), none of them half a sign."""
    if not always and text.isascii() and len(text) <= 70 and "=?" not in text:
        return text
    words, word = [], b""
    for sign in text:
        data = sign.encode("utf-8", "replace")
        if len(word) + len(data) > _WORD:
            words.append(word)
            word = b""
        word += data
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(one).decode()}?=" for one in words)


def letter(message: Outgoing) -> bytes:
    """The mail. Raises Undelivered where the address is none."""
    if len(message.to) > 254 or not _ADDRESS.fullmatch(message.to):
        raise Undelivered("bad_address", permanent=True)
    head, address = sender(settings().mail_from)
    lines = [
        f"From: {head}",
        f"To: {message.to}",
        # A subject is one line, whatever a name in it holds.
        f"Subject: {encoded(_CONTROL.sub(' ', message.subject).strip()[:200])}",
        f"Date: {format_datetime(now())}",
        f"Message-ID: <{plain_name(message.message_id)}@{address.rpartition('@')[2]}>",
        "Auto-Submitted: auto-generated",
        f"Content-Language: {TAGS.get(message.locale, TAGS[DEFAULT])}",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: base64",
    ]
    if _PAGE.fullmatch(message.unsubscribe):
        # RFC 8058: the mail program's own button ends them by one POST.
        lines += [
            f"List-Unsubscribe: <{message.unsubscribe}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
    body = encodebytes(message.text.encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
