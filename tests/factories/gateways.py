"""Gateways on this machine: an HTTP server that answers as told, and a mailbox that is read by POP3."""

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """What came in, and what is answered: the first of `answers`, or `always`; (status, body, headers)."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)
    always: tuple[int, Any, dict[str, str]] = (200, {"code": 0, "errcode": 0, "id": "g-1"}, {})
    #: Answers by the beginning of the path, before all others.
    by_path: dict[str, Callable[[Call], Any]] = field(default_factory=dict)
    delay: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Conversation(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing on the screen."""

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = Call(self.command, self.path, dict(self.headers.items()), body)
            gateway.calls.append(call)
            time.sleep(gateway.delay)
            for path, reply in gateway.by_path.items():
                if self.path.startswith(path):
                    status, content = 200, reply(call)
                    headers: dict[str, str] = {}
                    break
            else:
                status, content, headers = gateway.answers.pop(0) if gateway.answers else gateway.always
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer

    return Conversation


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is what some tests are about."""


@contextmanager
def gateway_server() -> Iterator[Gateway]:
    gateway = Gateway()
    with _HttpServer(("127.0.0.1", 0), _handler(gateway)) as server:
        gateway.port = server.server_address[1]
        yield from _served(server, gateway)


@dataclass
class PostOffice:
    """A POP3 mailbox: its messages, and those that were deleted and confirmed by QUIT."""

    port: int = 0
    password: str = "open"
    messages: list[bytes] = field(default_factory=list)
    deleted: list[bytes] = field(default_factory=list)
    #: Hang up before QUIT is answered: nothing is deleted then.
    dies: bool = False


def _pop3(office: PostOffice) -> type[socketserver.StreamRequestHandler]:
    class Conversation(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            marked: list[int] = []
            here = list(office.messages)
            self.say("+OK here")
            while line := self.rfile.readline().decode().strip():
                word, _sign, rest = line.partition(" ")
                word = word.upper()
                if word == "PASS" and rest != office.password:
                    self.say("-ERR no")
                    return
                if word == "STAT":
                    self.say(f"+OK {len(here)} {sum(map(len, here))}")
                elif word == "LIST" and rest:
                    self.say(f"+OK {rest} {len(here[int(rest) - 1])}")
                elif word == "LIST":
                    self.say("+OK")
                    for number, message in enumerate(here, 1):
                        self.say(f"{number} {len(message)}")
                    self.say(".")
                elif word in ("RETR", "TOP"):
                    self.say("+OK")
                    for row in here[int(rest.split()[0]) - 1].splitlines():
                        self.wfile.write((b"." if row.startswith(b".") else b"") + row + b"\r\n")
                    self.say(".")
                elif word == "DELE":
                    marked.append(int(rest) - 1)
                    self.say("+OK")
                elif word == "QUIT":
                    if office.dies:
                        return
                    for number in marked:
                        office.deleted.append(here[number])
                        office.messages.remove(here[number])
                    self.say("+OK bye")
                    return
                else:
                    self.say("+OK")

    return Conversation


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    with _Server(("127.0.0.1", 0), _pop3(office)) as server:
        office.port = server.server_address[1]
        yield from _served(server, office)


def _served(server: socketserver.BaseServer, thing: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield thing
    finally:
        server.shutdown()
        thread.join()
