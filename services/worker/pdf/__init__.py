"""Papers: templates filled here, set by WeasyPrint in a child process of its own.

The child is the only importer of WeasyPrint, so the worker idles without it; it is replaced after some papers, so that
memory stays flat however many are printed. It ends by itself when the worker dies, because its input ends.
"""

import hashlib
import resource
import struct
import subprocess
import sys
import threading
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.worker.pdf.fonts import fonts_at_hand
from services.worker.pdf.long import parts_of, set_long
from shared import clock
from shared.i18n import TAGS, _, current_locale

#: Papers set by one child before the next takes over; and its memory, in bytes, after which it does so earlier.
PAPERS_PER_CHILD = 200
ENOUGH = 260 * 1024 * 1024
#: No single paper takes more memory than this; a child that does is ended, and the paper is named.
MOST_MEMORY = 600 * 1024 * 1024
#: Seconds between two looks at the child's memory while it sets a paper.
LOOK = 0.2
#: No paper takes this long, in seconds; a child that does is ended.
LIMIT = 120
TEMPLATES = Path(__file__).parent / "templates"


#: Raised by one whenever the same HTML would be set differently: it is part of every digest.
PRESS_VERSION = 1
#: Page formats of papers.
SIZES = {"portrait": "A4", "landscape": "A4 landscape", "a5": "A5", "a5-landscape": "A5 landscape"}


class PressFailed(RuntimeError):
    """A paper could not be set. The child's own words go to the log, not to a person.

    `why` is a key of shared.documents.reports.FAILURES.
    """

    def __init__(self, words: str, why: str = "set") -> None:
        super().__init__(words)
        self.why = why


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=_, local=clock.local)
    return environment


_templates = _environment()
#: Stand for the page numbers while the sentence around them is translated.
_HERE, _ALL = "\ue000", "\ue001"


def _page_words() -> str:
    """“Page 1 of 3” as a CSS `content`, in the reader's language."""
    sentence = _("Page %(here)s of %(all)s", here=_HERE, all=_ALL)
    quoted = '"' + sentence.replace("\\", "").replace('"', "") + '"'
    return quoted.replace(_HERE, '" counter(page) "').replace(_ALL, '" counter(pages) "')


def fill(template: str, *, pages: str = "portrait", numbers: bool = True, **values: Any) -> str:
    """One paper as HTML, in the language in use; `pages` is a key of SIZES; without `numbers` a binder adds them."""
    return _templates.get_template(f"{template}.html").render(
        values,
        page_size=SIZES[pages],
        locale=current_locale(),
        lang=TAGS[current_locale()],
        page_words=_page_words() if numbers else '""',
        now=clock.now(),
    )


@cache
def _press_version() -> str:
    """What sets the paper besides its HTML: the engine and the fonts at hand."""
    return f"{PRESS_VERSION} {version('weasyprint')} {fonts_at_hand()}"


def digest_of(html: str, *of: object) -> str:
    """Names the file that this HTML, with these fonts, gives; `of` keeps papers of different things apart.

    The HTML holds template, values and language alike.
    """
    return hashlib.sha256("\0".join((_press_version(), *map(str, of), html)).encode()).hexdigest()


def memory_of(pid: int) -> int:
    """What a process holds in memory, in bytes; 0 where it is over."""
    try:
        status = Path(f"/proc/{pid}/statm").read_text("ascii")
    except OSError:
        return 0
    return int(status.split()[1]) * resource.getpagesize()


class Guard(threading.Thread):
    """Ends a child that takes too long over one paper, or too much memory."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        super().__init__(daemon=True)
        self.child, self.over, self.why = child, threading.Event(), "set"

    def run(self) -> None:
        until = time.monotonic() + LIMIT
        while not self.over.wait(LOOK):
            if time.monotonic() > until:
                self.why = "slow"
            elif memory_of(self.child.pid) > MOST_MEMORY:
                self.why = "memory"
            else:
                continue
            self.child.kill()
            return


class Press:
    """Sets papers one after the other: `with Press() as press: pdf = press.set(html)`."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._set = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def set(self, html: str) -> bytes:
        """The paper as PDF; one with a very long table is set in parts and put together.

        Raises PressFailed where the child died, refused, or took too long.
        """
        parts = parts_of(html)
        return self._set_one(html) if len(parts) == 1 else set_long(parts, self._set_one)

    def _set_one(self, html: str) -> bytes:
        child = self._ready()
        assert child.stdin is not None
        assert child.stdout is not None
        guard = Guard(child)
        guard.start()
        try:
            _send(child.stdin, html.encode())
            verdict = child.stdout.read(1)
            body = _receive(child.stdout)
        except (OSError, EOFError) as error:
            self._end()
            raise PressFailed(f"the child ended ({guard.why})", guard.why) from error
        finally:
            guard.over.set()
        self._set += 1
        if memory_of(child.pid) > ENOUGH:
            self._end()
        if verdict != b"+":
            raise PressFailed(body.decode("utf-8", "replace"), "memory" if verdict == b"m" else "set")
        return body

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._set >= PAPERS_PER_CHILD:
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "services.worker.pdf.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).resolve().parents[3],
            )
            self._set = 0
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _send(stream: IO[bytes], body: bytes) -> None:
    stream.write(struct.pack(">Q", len(body)) + body)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    head = stream.read(8)
    if len(head) != 8:
        raise EOFError
    (size,) = struct.unpack(">Q", head)
    body = stream.read(size)
    if len(body) != size:
        raise EOFError
    return body
