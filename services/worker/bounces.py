"""Bounces are read from a mailbox by POP3: the system's own (BOUNCE_URL) and a tenant's, at most MOST a run.

The mailbox is there for nothing else: what was read is deleted, and only after it was noted; a run that dies is read
again. A bounce is known by the message id it quotes, so it may come from any mail server and in any language.
"""

import email
import poplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

from services.worker.app import TenantTask, celery
from services.worker.channels.gateway import resolved
from shared.accounts.actions.bounces import note_bounce
from shared.accounts.queries.channels import setup_of
from shared.clock import now
from shared.db import db, transaction
from shared.errors import Invalid, NoTenant, Undelivered
from shared.messages.channels.destinations import checked_url
from shared.settings import settings
from shared.tenancy import current_tenant

log = structlog.get_logger()

#: Messages of one run; seconds of one step; bytes of a message that are read, and lines of a longer one.
MOST, TIMEOUT, SIZE, LINES = 200, 15, 500_000, 400
#: Longest line, in bytes; mail may hold longer ones than the protocol allows.
LINE = 100_000
#: A tenant's mailbox is looked at every so many minutes.
EVERY = 5

_OURS = re.compile(r"<?delivery-(\d{1,18})-(\d{1,18})@")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that came back for good."""

    tenant_id: int
    delivery_id: int
    recipient: str
    said: str


def read_bounce(data: bytes) -> Bounce | None:
    """The bounce in a message; None for a reply, a delay, or anything else."""
    message = email.message_from_bytes(data)
    reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    ours = _OURS.search(_quoted_id(message))
    if ours is None or not reports:
        return None
    for report in reports:
        blocks = report.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            said, recipient = _failed(block)
            if said:
                return Bounce(int(ours[1]), int(ours[2]), recipient, said)
    return None


def _quoted_id(message: Message) -> str:
    """The message id of the mail that came back; it stands in the part that quotes it."""
    for part in message.walk():
        if part is not message and part.get("Message-ID"):
            return str(part["Message-ID"])
        if part.get_content_type() == "text/rfc822-headers":
            found = _OURS.search(str(part.get_payload()))
            if found:
                return found[0]
    return str(message.get("In-Reply-To") or message.get("References") or "")


def _failed(block: Any) -> tuple[str, str]:
    """(status, recipient) of a block about one recipient that failed for good; ('', '') otherwise."""
    if not isinstance(block, Message) or str(block.get("Action", "")).strip().lower() != "failed":
        return "", ""
    codes = [
        match[0]
        for name in ("Diagnostic-Code", "Status")
        for match in _STATUS.finditer(str(block.get(name, "")))
        if match[1] == "5"
    ]
    # 5.0.0 says nothing; a word of the other server's says more.
    said = next((code for code in codes if not code.startswith("5.0.")), codes[0] if codes else "")
    address = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    return said, address.rpartition(";")[2].strip().strip("<>")


class _LongLines(poplib.POP3):
    """POP3 to one address, with lines as long as they come."""

    address = ""

    def _getline(self) -> tuple[bytes, int]:
        line = self.file.readline(LINE + 1)
        if not line or len(line) > LINE:
            raise poplib.error_proto("-ERR line")
        return line.rstrip(b"\r\n"), len(line)

    def _create_socket(self, timeout: float) -> socket.socket:
        return socket.create_connection((self.address, self.port), timeout)


class _Sealed(_LongLines):
    def _create_socket(self, timeout: float) -> socket.socket:
        line = super()._create_socket(timeout)
        return ssl.create_default_context().wrap_socket(line, server_hostname=self.host)


@contextmanager
def _mailbox(url: SplitResult, address: str, password: str) -> Iterator[poplib.POP3]:
    """Signed in; what was deleted is gone only when the whole run went well."""
    kind = _LongLines if url.scheme == "pop3" else _Sealed
    made = type("Mailbox", (kind,), {"address": address})
    box: poplib.POP3 = made(url.hostname, url.port or (110 if url.scheme == "pop3" else 995), timeout=TIMEOUT)
    try:
        box.user(unquote(url.username or ""))
        box.pass_(password)
        yield box
        box.quit()
    finally:
        with suppress(OSError):
            box.close()


def read_mailbox(url: SplitResult, address: str, password: str, note: Callable[[Bounce], None]) -> int:
    """Read at most MOST messages, note the bounces among them, delete what was read. Returns how many were read."""
    with _mailbox(url, address, password) as box:
        listed = box.list()[1][:MOST]
        for line in listed:
            number, size = (int(part) for part in line.split()[:2])
            rows = box.top(number, LINES)[1] if size > SIZE else box.retr(number)[1]
            bounce = _understood(b"\r\n".join(rows))
            if bounce is not None:
                note(bounce)
            box.dele(number)
    return len(listed)


def _understood(data: bytes) -> Bounce | None:
    """A message that no program can read is no bounce, and does not keep the others from being read."""
    try:
        return read_bounce(data)
    except Exception as error:
        log.warning("unreadable mail", error=type(error).__name__)
        return None


def read_bounces() -> None:
    """One tenant's mailbox, every few minutes; only bounces of its own mails count."""
    tenant_id = current_tenant()
    if now().minute % EVERY != tenant_id % EVERY:
        return
    setup = setup_of("email", opened=True)
    db.session.rollback()
    text = setup.text("mailbox")
    if not text:
        return

    def note(bounce: Bounce) -> None:
        if bounce.tenant_id == tenant_id:
            _note(bounce)

    try:
        url = checked_url(text, schemes=("pop3s",))
        read_mailbox(url, resolved(url), setup.secrets.get("mailbox_password", ""), note)
    except (Invalid, Undelivered, OSError, poplib.error_proto, ValueError) as error:
        log.warning("mailbox of bounces", error=type(error).__name__)


def _note(bounce: Bounce) -> None:
    with transaction():
        note_bounce(delivery_id=bounce.delivery_id, recipient=bounce.recipient, said=bounce.said)


@celery.task(name="bounces.note", base=TenantTask)
def note_one(*, delivery_id: int, recipient: str, said: str) -> None:
    """One bounce from the system's own mailbox, in the tenant whose mail it was."""
    with transaction():
        note_bounce(delivery_id=delivery_id, recipient=recipient, said=said)


def read_own_bounces() -> None:
    """The system's own mailbox (BOUNCE_URL), for the mails of every tenant."""
    if not settings().bounce_url:
        return
    url = urlsplit(settings().bounce_url)

    def note(bounce: Bounce) -> None:
        # What quotes a tenant that there is not was never ours.
        with suppress(NoTenant):
            note_one(
                tenant_id=bounce.tenant_id,
                delivery_id=bounce.delivery_id,
                recipient=bounce.recipient,
                said=bounce.said,
            )

    try:
        read_mailbox(url, url.hostname or "", unquote(url.password or ""), note)
    except (OSError, poplib.error_proto, ValueError) as error:
        log.warning("mailbox of bounces", error=type(error).__name__)
