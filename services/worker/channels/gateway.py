"""One call to a gateway over HTTP: to the address that was checked and nowhere else, for a bounded time and size.

No redirect is followed, the name is resolved once and the connection goes to what was resolved, so a name that points
elsewhere a moment later gets nothing. Each call has its own connection: one that was left open may be dead, and a call
repeated because of that would be a message doubled.
"""

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import SplitResult

from shared.errors import Invalid, Undelivered
from shared.messages.channels.destinations import allowed_ip, checked_url

#: Seconds for each step, and for the whole call; bytes of an answer that are read.
STEP, WHOLE, MOST = 8.0, 20.0, 64 * 1024
#: The bounds, in seconds, of a wait that the other side asks for.
LEAST_WAIT, MOST_WAIT = 5, 3600


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str
    body: bytes

    def object(self) -> dict[str, Any]:
        """The JSON object in it. Raises Undelivered where there is none: nobody knows whether it was sent."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Undelivered("gateway_unclear", permanent=False)
        return found


def away(reason: str = "gateway_away") -> Undelivered:
    """It does not answer, or not as it should: the rest of the round waits."""
    return Undelivered(reason, permanent=False, away=True)


def busy(wait: object = None) -> Undelivered:
    """It asks to be left alone for a while; `wait` in seconds as the other side wrote it."""
    seconds = int(wait) if str(wait).isascii() and str(wait).isdigit() and len(str(wait)) < 7 else 60  # type: ignore[call-overload]
    return Undelivered(
        "gateway_busy", permanent=False, away=True, wait=min(max(seconds, LEAST_WAIT), MOST_WAIT)
    )


class _Plain(http.client.HTTPConnection):
    """A connection to one address that was checked."""

    def __init__(self, url: SplitResult, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(url.hostname or "", url.port or (443 if context else 80), timeout=STEP)
        self.address, self.context = address, context
        #: The connection itself: http.client lets go of its own once the answer begins.
        self.line: socket.socket | None = None

    def connect(self) -> None:
        self.line = socket.create_connection((self.address, self.port), STEP)
        if self.context:
            self.line = self.context.wrap_socket(self.line, server_hostname=self.host)
        self.sock = self.line

    def cut(self) -> None:
        """Time is up, whatever it is doing."""
        with suppress(OSError):
            if self.line is not None:
                self.line.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.close()
        if self.line is not None:
            self.line.close()


def resolved(url: SplitResult) -> str:
    """The first address of the name, if every one of them is allowed."""
    try:
        found = socket.getaddrinfo(url.hostname, url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise away() from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(allowed_ip(address) for address in addresses):
        raise away("gateway_not_allowed")
    return addresses[0]


def call(
    address: str, *, body: Mapping[str, Any] | bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """GET without a body, POST of JSON with one. Raises Undelivered for everything but a 2xx answer."""
    try:
        url = checked_url(address)
    except Invalid as error:
        raise away("gateway_not_allowed") from error
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    sent = {"Accept": "application/json", "User-Agent": "jiceng", "Connection": "close", **(headers or {})}
    if data is not None:
        sent["Content-Type"] = "application/json; charset=utf-8"
    line = _Plain(url, resolved(url), ssl.create_default_context() if url.scheme == "https" else None)
    timer = Timer(WHOLE, line.cut)
    timer.daemon = True
    timer.start()
    try:
        line.request(
            "GET" if data is None else "POST",
            (url.path or "/") + (f"?{url.query}" if url.query else ""),
            body=data,
            headers=sent,
        )
        with line.getresponse() as response:
            answer = Answer(response.status, response.headers.get("Retry-After", ""), response.read(MOST + 1))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise away() from error
    finally:
        timer.cancel()
        line.end()
    return _good(answer)


def _good(answer: Answer) -> Answer:
    """An answer of 2xx and bounded size; the rest in our words."""
    if len(answer.body) > MOST:
        raise Undelivered("gateway_unclear", permanent=False)
    if 200 <= answer.status < 300:
        return answer
    if answer.status == 429 or (answer.status == 503 and answer.retry_after):
        raise busy(answer.retry_after)
    if answer.status >= 500:
        raise Undelivered("gateway_fault", permanent=False)
    if answer.status in (401, 403, 407):
        raise away("gateway_denied")
    if answer.status < 400:
        # A redirect may lead anywhere.
        raise away("gateway_redirects")
    raise Undelivered("gateway_refused", permanent=True)
