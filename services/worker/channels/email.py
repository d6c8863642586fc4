"""E-mail by SMTP (MAIL_URL), or as files into MAIL_DIR where no server is named.

A file is named after its message id: the same message sent twice is one file.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from services.worker.channels.outgoing import Outgoing, Send
from shared.clock import now
from shared.errors import Undelivered
from shared.i18n import DEFAULT, TAGS
from shared.settings import settings

#: Seconds for each step of the conversation with a server.
TIMEOUT = 10
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def compose(message: Outgoing) -> EmailMessage:
    """The message as it is sent. Raises Undelivered where the address is none."""
    if len(message.to) > 254 or not _ADDRESS.fullmatch(message.to):
        raise Undelivered("bad_address", permanent=True)
    sender = settings().mail_from
    domain = parseaddr(sender)[1].rpartition("@")[2] or "jiceng.invalid"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = message.to
    # A subject is one line, whatever a name in it holds.
    mail["Subject"] = _CONTROL.sub(" ", message.subject).strip()[:200]
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = f"<{_NAME.sub('-', message.message_id)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = TAGS.get(message.locale, TAGS[DEFAULT])
    mail.set_content(message.text, charset="utf-8", cte="base64")
    return mail


def _write(mail: EmailMessage, message_id: str) -> None:
    """Into the folder, whole or not at all."""
    folder = settings().mail_dir
    name = _NAME.sub("-", message_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        part.write_bytes(mail.as_bytes())
        part.replace(folder / f"{name}.eml")
    except OSError as error:
        raise Undelivered("mail_folder", permanent=False) from error


class _Line:
    """One connection to the server, opened at the first message and again after a fault."""

    def __init__(self, url: SplitResult) -> None:
        self.url = url
        self.server: smtplib.SMTP | None = None

    def _connect(self) -> smtplib.SMTP:
        url = self.url
        host = url.hostname or "localhost"
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT)
        # From here on hang_up() ends it.
        self.server = server
        server.ehlo()
        if url.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif url.scheme != "smtps" and url.username and host not in _LOCAL:
            raise Undelivered("mail_server_without_tls", permanent=False)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        return server

    def send(self, mail: EmailMessage) -> None:
        try:
            (self.server or self._connect()).send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            with suppress(smtplib.SMTPException, OSError):
                self.server and self.server.rset()
            code = next(iter(error.recipients.values()))[0]
            raise Undelivered("address_refused", permanent=code >= 500) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Undelivered("bad_address", permanent=True) from error
        except smtplib.SMTPDataError as error:
            self.hang_up()
            raise Undelivered("message_refused", permanent=error.smtp_code >= 500) from error
        except (smtplib.SMTPException, OSError) as error:
            # Away, busy, or it does not know us: our matter, not the recipient's.
            self.hang_up()
            raise Undelivered("mail_server", permanent=False) from error
        except Undelivered:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """Whatever the goodbye says, what was taken was taken."""
        server, self.server = self.server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


@contextmanager
def session() -> Iterator[Send]:
    """Opens the way for a run of messages."""
    if not settings().mail_url:

        def write(message: Outgoing) -> None:
            _write(compose(message), message.message_id)

        yield write
        return
    line = _Line(urlsplit(settings().mail_url))
    try:
        yield lambda message: line.send(compose(message))
    finally:
        line.hang_up()


def send_mail(*, to: str, subject: str, text: str, message_id: str, locale: str = DEFAULT) -> None:
    """One mail by itself (an invitation, a lost password). Outside any transaction.

    `message_id` is the same for each try. Raises Undelivered; `permanent` says whether a retry helps.
    """
    with session() as send:
        send(Outgoing(message_id=message_id, to=to, subject=subject, text=text, locale=locale))
