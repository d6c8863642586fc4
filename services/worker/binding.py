"""Binding a compendium: each part set by itself, contents with page numbers in front, one run of page numbers.

Memory does not grow with the parts: what is set lies in a folder until it is bound, and the number of pages is bounded.
"""

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter

from services.worker.dressing import dressed
from services.worker.pdf import Press, PressFailed, digest_of, fill
from shared.db import db
from shared.documents.reports.compendium import Bound

#: Pages of one file; beyond, memory would grow and no binder holds it.
MOST_PAGES = 3000


@dataclass(frozen=True, slots=True)
class Page:
    """One line of the contents. Pages are counted from the first part on."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that waits to be set: its HTML lies on the disk."""

    part: Bound
    html: Path
    digest: str


class Binder:
    """`with Binder(values) as binder: binder.gather(); binder.digest; pdf = binder.bind(press)`."""

    def __init__(self, values: dict[str, Any], renew: Callable[[], None]) -> None:
        self.values = values
        self.renew = renew
        self._folder = tempfile.TemporaryDirectory(prefix="compendium-")
        self._leaves: list[Leaf] = []

    def __enter__(self) -> "Binder":
        return self

    def __exit__(self, *_what: object) -> None:
        self._folder.cleanup()

    def gather(self) -> str:
        """Read and fill every part; the digest names the whole. Nothing is set yet."""
        folder = Path(self._folder.name)
        for number, part in enumerate(self.values["parts"]):
            html = fill(
                part.report.template_name,
                pages=part.report.pages,
                numbers=False,
                **part.report.read(part.subject),
            )
            html = dressed(html, part.report, part.subject)
            db.session.rollback()
            path = folder / f"{number:05d}.html"
            path.write_text(html, "utf-8")
            self._leaves.append(Leaf(part, path, digest_of(html)))
            # Nothing of the last part is kept in memory.
            db.session.remove()
            self.renew()
        # Cover and contents speak the language too, and name the tenant.
        cover = self._front([])
        return digest_of(cover, *(leaf.digest for leaf in self._leaves))

    def bind(self, press: Press) -> bytes:
        """The whole as one PDF with bookmarks. Raises PressFailed where a part cannot be set, or it grew too long."""
        contents: list[Page] = []
        sizes: list[tuple[float, float]] = []
        papers: list[Path] = []
        chapter = ""
        for leaf in self._leaves:
            path = leaf.html.with_suffix(".pdf")
            path.write_bytes(press.set(leaf.html.read_text("utf-8")))
            leaf.html.unlink()
            first = len(sizes) + 1
            with path.open("rb") as handle:
                sizes += [_size(page) for page in PdfReader(handle).pages]
            if len(sizes) > MOST_PAGES:
                raise PressFailed("more pages than one file takes", "memory")
            if leaf.part.chapter != chapter:
                chapter = leaf.part.chapter
                contents.append(Page(chapter, first, 1))
            contents.append(Page(str(leaf.part.report.name), first, 2))
            papers.append(path)
            self.renew()
        front = press.set(self._front(contents))
        numbers = press.set(fill("compendium_numbers", sizes=sizes))
        return _bound(front, papers, numbers, contents)

    def _front(self, contents: Sequence[Page]) -> str:
        return fill("compendium", numbers=False, contents=contents, **self.values)


def _size(page: PageObject) -> tuple[float, float]:
    """Width and height in millimetres."""
    return round(float(page.mediabox.width) / 72 * 25.4, 1), round(float(page.mediabox.height) / 72 * 25.4, 1)


def _titles(contents: Sequence[Page]) -> Iterator[tuple[str | None, str]]:
    """(chapter where one begins, paper) of each part."""
    chapter: str | None = None
    for line in contents:
        if line.level == 1:
            chapter = line.title
        else:
            yield chapter, line.title
            chapter = None


def _bound(front: bytes, papers: Sequence[Path], numbers: bytes, contents: Sequence[Page]) -> bytes:
    with PdfWriter() as writer:
        writer.append(io.BytesIO(front), import_outline=False)
        before = len(writer.pages)
        stamps = PdfReader(io.BytesIO(numbers)).pages
        parent: Any = None
        for path, (chapter, title) in zip(papers, _titles(contents), strict=True):
            first = len(writer.pages)
            writer.append(path, import_outline=False)
            if chapter is not None:
                parent = writer.add_outline_item(title=chapter, page_number=first)
            writer.add_outline_item(title=title, page_number=first, parent=parent)
        for page, stamp in zip(writer.pages[before:], stamps, strict=True):
            page.merge_page(stamp)
        # A part's tags do not survive the binding; what is left of them would name pages that are elsewhere.
        for key in ("/StructTreeRoot", "/MarkInfo"):
            writer.root_object.pop(key, None)
        writer.page_layout = "/OneColumn"
        writer.compress_identical_objects()
        stream = io.BytesIO()
        writer.write(stream)
    return stream.getvalue()
