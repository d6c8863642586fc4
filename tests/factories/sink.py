"""A mail server in a process of its own that takes everything, answers each message after some milliseconds, and writes
down the id of each: `python -m tests.factories.sink LOG MILLISECONDS` prints its port.

It never asks for less than a mail server asks: each command is answered before the next is read.
"""

import asyncio
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass
class Sink:
    port: int
    log: Path

    def arrived(self) -> Counter[str]:
        """How often each message id arrived. Half a line is one that is being written."""
        lines = self.log.read_text("ascii").splitlines(keepends=True)
        return Counter(line.strip() for line in lines if line.endswith("\n"))


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: int, delay: float) -> None:
    writer.write(b"220 sink\r\n")
    try:
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                found = _ID.search(text)
                # Taken from here on: what the sender is not told of may come again.
                os.write(log, (found[1] if found else b"none") + b"\n")
                await asyncio.sleep(delay)
                writer.write(b"250 taken\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 fine\r\n")
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


async def _serve(path: Path, delay: float) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    server = await asyncio.start_server(
        lambda reader, writer: _talk(reader, writer, log, delay), "127.0.0.1", 0, limit=2**20
    )
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - how its starter learns the port
    async with server:
        await server.serve_forever()


@contextmanager
def sink(log: Path, *, milliseconds: float = 5) -> Iterator[Sink]:
    log.touch()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.factories.sink", str(log), str(milliseconds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Sink(int(process.stdout.readline()), log)
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), float(sys.argv[2]) / 1000))
