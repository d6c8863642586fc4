"""The text of an official document, taken apart: paragraphs with their level, and tables.

Source of the levels and their faces: GB/T 9704-2012, 7.3.3 (一、 黑体; （一） 楷体; 1. and （1） 仿宋).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = "[一二三四五六七八九十百]{1,5}"
#: How a paragraph of each level begins.
LEVELS: dict[int, re.Pattern[str]] = {
    1: re.compile(rf"{_NUMBER}、"),
    2: re.compile(rf"[（(]{_NUMBER}[）)]"),
    3: re.compile(r"\d{1,2}[.．](?!\d)"),
    4: re.compile(r"[（(]\d{1,2}[）)]"),
}
#: A heading in the face of its level ends here; what follows in the same paragraph is text.
_END = re.compile("[。！？]")
#: A heading is no longer than this; a longer sentence is text that begins with a number.
HEADING_MOST = 60


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`level` 0 is plain text. `heading` stands in the face of the level, `text` after it in that of the body."""

    level: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length; the first is the head."""

    rows: tuple[tuple[str, ...], ...]


def parts(body: str) -> Iterator[Paragraph | Table]:
    """Each line is a paragraph; lines with tabs, or between two |, stand together as a table."""
    rows: list[tuple[str, ...]] = []
    for line in body.splitlines():
        row = _row(line)
        if row is not None:
            rows.append(row)
            continue
        if rows:
            yield _table(rows)
            rows = []
        text = line.strip().strip("\u3000")
        if text:
            yield _paragraph(text)
    if rows:
        yield _table(rows)


def _row(line: str) -> tuple[str, ...] | None:
    text = line.strip(" \u3000")
    if len(text) > 2 and text.startswith("|") and text.endswith("|"):
        return tuple(cell.strip() for cell in text[1:-1].split("|"))
    return tuple(cell.strip() for cell in text.split("\t")) if "\t" in text.strip() else None


def _table(rows: list[tuple[str, ...]]) -> Table:
    width = max(len(row) for row in rows)
    return Table(tuple(row + ("",) * (width - len(row)) for row in rows))


def _paragraph(text: str) -> Paragraph:
    level = next((level for level, begins in LEVELS.items() if begins.match(text)), 0)
    if level in (0, 3, 4):
        return Paragraph(level, "", text)
    end = _END.search(text)
    heading = text[: end.end()] if end else text
    if len(heading) > HEADING_MOST:
        return Paragraph(level, "", text)
    return Paragraph(level, heading, text[len(heading) :])
