"""Papers: templates filled here, set by WeasyPrint in a child process of its own.

The child is the only importer of WeasyPrint, so the worker idles without it; it is replaced after some papers, so that
memory stays flat however many are printed. It ends by itself when the worker dies, because its input ends.
"""

import struct
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared import clock
from shared.i18n import TAGS, _, current_locale

#: Papers set by one child before the next takes over.
PAPERS_PER_CHILD = 40
#: No paper takes this long, in seconds; a child that does is ended.
LIMIT = 120
TEMPLATES = Path(__file__).parent / "templates"


class PressFailed(RuntimeError):
    """A paper could not be set. The child's own words go to the log, not to a person."""


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


def fill(template: str, **values: Any) -> str:
    """One paper as HTML, in the language in use."""
    return _templates.get_template(f"{template}.html").render(
        values,
        locale=current_locale(),
        lang=TAGS[current_locale()],
        page_words=_page_words(),
        now=clock.now(),
    )


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
        """The paper as PDF. Raises PressFailed where the child died, refused, or took too long."""
        child = self._ready()
        assert child.stdin is not None
        assert child.stdout is not None
        guard = threading.Timer(LIMIT, child.kill)
        guard.start()
        try:
            _send(child.stdin, html.encode())
            verdict = child.stdout.read(1)
            body = _receive(child.stdout)
        except (OSError, EOFError) as error:
            self._end()
            raise PressFailed("the child ended") from error
        finally:
            guard.cancel()
        self._set += 1
        if verdict != b"+":
            raise PressFailed(body.decode("utf-8", "replace"))
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
