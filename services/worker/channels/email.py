"""E-mail by SMTP (MAIL_URL), or as files into MAIL_DIR where no server is named.

A file is named after its message id: the same message sent twice is one file.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, unquote, urlsplit

from services.worker.channels.letter import letter, plain_name, sender
from services.worker.channels.outgoing import Outgoing, Send
from shared.errors import Undelivered
from shared.i18n import DEFAULT
from shared.settings import settings

#: Seconds for each step of the conversation with a server.
TIMEOUT = 10
#: Servers end a connection that carried many; ours is the first to do so.
PER_CONNECTION = 100
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def _write(mail: bytes, message_id: str) -> None:
    """Into the folder, whole or not at all."""
    folder = settings().mail_dir
    name = plain_name(message_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        part.write_bytes(mail)
        part.replace(folder / f"{name}.eml")
    except OSError as error:
        raise Undelivered("mail_folder", permanent=False) from error


class _Line:
    """One connection to the server, opened at the first message, after a fault, and after many messages."""

    def __init__(self, url: SplitResult) -> None:
        self.url = url
        self.server: smtplib.SMTP | None = None
        self.carried = 0

    def _connect(self) -> smtplib.SMTP:
        url = self.url
        host = url.hostname or "localhost"
        server: smtplib.SMTP
        if url.scheme == "smtps":
            context = ssl.create_default_context()
            server = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT)
        # From here on hang_up() ends it.
        self.server, self.carried = server, 0
        server.ehlo()
        if url.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif url.scheme != "smtps" and url.username and host not in _LOCAL:
            raise Undelivered("mail_server_without_tls", permanent=False, away=True)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        return server

    def _begun(self, address: str) -> smtplib.SMTP:
        """A connection on which a message has begun. One that the server has closed is opened anew: nothing is lost
        and nothing doubled, for nothing was said on it yet."""
        if self.server is not None and self.carried < PER_CONNECTION:
            with suppress(smtplib.SMTPException, OSError):
                if self.server.mail(address)[0] == 250:
                    return self.server
        self.hang_up()
        server = self._connect()
        code, answer = server.mail(address)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, answer, address)
        return server

    def send(self, message: Outgoing) -> None:
        mail = letter(message)
        try:
            server = self._begun(sender(settings().mail_from)[1])
            code, _answer = server.rcpt(message.to)
            if code not in (250, 251):
                if code == 421:
                    raise smtplib.SMTPServerDisconnected
                server.rset()
                raise Undelivered("address_refused", permanent=code >= 500)
            code, answer = server.data(mail)
            if code != 250:
                raise smtplib.SMTPDataError(code, answer)
            self.carried += 1
        except smtplib.SMTPDataError as error:
            self.hang_up()
            raise Undelivered("message_refused", permanent=error.smtp_code >= 500) from error
        except (smtplib.SMTPException, OSError) as error:
            # Away, busy, or it does not know us: our matter, not the recipient's.
            self.hang_up()
            raise Undelivered("mail_server", permanent=False, away=True) from error

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
            _write(letter(message), message.message_id)

        yield write
        return
    line = _Line(urlsplit(settings().mail_url))
    try:
        yield line.send
    finally:
        line.hang_up()


def send_mail(*, to: str, subject: str, text: str, message_id: str, locale: str = DEFAULT) -> None:
    """One mail by itself (an invitation, a lost password). Outside any transaction.

    `message_id` is the same for each try. Raises Undelivered; `permanent` says whether a retry helps.
    """
    with session() as send:
        send(Outgoing(message_id=message_id, to=to, subject=subject, text=text, locale=locale))
