"""A mail server on this machine that takes what it is told to take."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What arrived: (address, message). `refuse` answers an address with a code; `delay` is in seconds."""

    port: int = 0
    received: list[tuple[str, str]] = field(default_factory=list)
    refuse: dict[str, int] = field(default_factory=dict)
    delay: float = 0.0
    #: Set once a message is in hand, before it is answered.
    busy: threading.Event = field(default_factory=threading.Event)
    down: bool = False
    #: So many messages a connection; then it is closed without a word.
    most: int = 1000


def _handler(box: Mailbox) -> type[socketserver.StreamRequestHandler]:
    class Conversation(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            if box.down:
                return
            self.say("220 here")
            to, taken = "", 0
            while line := self.rfile.readline().decode("latin-1").strip():
                word = line.split(" ", 1)[0].upper()
                if word == "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                    code = box.refuse.get(to, 250)
                    self.say(f"{code} {'taken' if code == 250 else 'refused'}")
                elif word == "DATA":
                    self.say("354 go on")
                    text = []
                    while (row := self.rfile.readline()) not in (b".\r\n", b""):
                        text.append(row.decode("latin-1"))
                    box.busy.set()
                    time.sleep(box.delay)
                    box.received.append((to, "".join(text)))
                    self.say("250 taken")
                    taken += 1
                    if taken >= box.most:
                        return
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

    return Conversation


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed leaves a broken line; that is what some tests are about."""


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    box = Mailbox()
    with _Server(("127.0.0.1", 0), _handler(box)) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
