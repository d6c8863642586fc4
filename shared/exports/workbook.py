"""Writes a workbook row by row, in a memory that does not grow with it.

Text stays text: a cell is written with the type of its value, never guessed from its first character, and one that
begins as a formula does also carries the mark by which spreadsheet programs keep it text after somebody edits it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from shared.clock import local
from shared.exports.lists.columns import Cell, Column
from shared.i18n import _

#: A sheet holds 1,048,576 rows; what is more goes on in the next sheet.
SHEET_ROWS = 1_000_000
#: The longest text of a cell.
LONGEST = 32_767
#: How a text begins that a spreadsheet might take for a formula or for an error.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "#")
#: No date before this one is a date to a spreadsheet program.
FIRST_DAY = date(1900, 3, 1)


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into one workbook. `notes` are the lines of the second sheet: (what, value)."""

    title: str
    columns: Sequence[Column[Any]]
    chunks: Iterable[Sequence[Any]]
    notes: Callable[[int], list[tuple[str, Cell]]]


class _Cells:
    """One cell of each style, filled anew for every value: the writer takes them one by one.

    What needs no style goes to the writer as it is; a cell of ours without one would be written over by the next.
    """

    def __init__(self, sheet: Any) -> None:
        self.quoted = WriteOnlyCell(sheet)
        self.quoted.quotePrefix = 1
        self.day = WriteOnlyCell(sheet)
        self.day.number_format = "yyyy-mm-dd"
        self.instant = WriteOnlyCell(sheet)
        self.instant.number_format = "yyyy-mm-dd hh:mm"
        self.head = WriteOnlyCell(sheet)
        self.head.font = Font(bold=True)
        self.head.fill = PatternFill("solid", fgColor="FBFAF8")
        self.head.alignment = Alignment(vertical="top", wrap_text=True)

    def of(self, value: Cell) -> Any:
        if value is None or value == "":
            return None
        if isinstance(value, str):
            said = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST]
            return _as_text(self.quoted, said) if said.startswith(RISKY) else said or None
        if isinstance(value, datetime):
            self.instant.value = local(value).replace(tzinfo=None) if value.tzinfo else value
            return self.instant
        if isinstance(value, date):
            if value < FIRST_DAY:
                return value.isoformat()
            self.day.value = value
            return self.day
        return float(value) if isinstance(value, Decimal) else value

    def row(self, values: Iterable[Cell]) -> Iterator[Any]:
        for value in values:
            yield self.of(value)

    def heads(self, titles: Iterable[str]) -> Iterator[Any]:
        for title in titles:
            yield _as_text(self.head, title)


def _as_text(cell: Any, said: str) -> Any:
    cell.value = said
    cell.data_type = "s"
    return cell


def _sheet(book: Any, title: str, columns: Sequence[Column[Any]]) -> tuple[Any, _Cells]:
    sheet = book.create_sheet(sheet_name(title))
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    cells = _Cells(sheet)
    sheet.append(cells.heads(column.title for column in columns))
    return sheet, cells


def sheet_name(title: str) -> str:
    """A name that a sheet may have: at most 31 characters, none of those that stand for something."""
    kept = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)
    return kept[:31].strip() or "1"


def write_workbook(
    handle: BinaryIO, contents: Contents, *, beat: Callable[[int], None] = lambda _rows: None
) -> int:
    """Write the rows and then the sheet that says what they are; returns how many rows. `beat` after each chunk."""
    book: Any = Workbook(write_only=True)
    # Nothing in the file says which program's clock wrote it; the second sheet does.
    book.properties.creator = "Jiceng"
    book.properties.created = book.properties.modified = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    columns = contents.columns
    last = get_column_letter(len(columns))
    sheet, cells = _sheet(book, contents.title, columns)
    values = [column.value for column in columns]
    rows = here = 0
    for chunk in contents.chunks:
        for row in chunk:
            if here == SHEET_ROWS:
                sheet.auto_filter.ref = f"A1:{last}{here + 1}"
                sheet, cells = _sheet(book, f"{contents.title[:24]} {len(book.worksheets) + 1}", columns)
                here = 0
            sheet.append(cells.row([value(row) for value in values]))
            here += 1
        rows += len(chunk)
        beat(rows)
    sheet.auto_filter.ref = f"A1:{last}{here + 1}"
    about = book.create_sheet(sheet_name(_("About this list")))
    about.column_dimensions["A"].width = 18
    about.column_dimensions["B"].width = 70
    said = _Cells(about)
    for name, value in contents.notes(rows):
        about.append(said.row([name, value]))
    book.save(handle)
    return rows
