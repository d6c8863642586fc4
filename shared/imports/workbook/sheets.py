"""The sheets of an upload and their rows, one after the other."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from shared.errors import Invalid
from shared.i18n import _
from shared.imports.workbook.safety import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    check_sheets,
    damaged,
    is_encrypted,
    too_long,
    too_wide,
)

#: How far down a header may stand.
HEADER_WITHIN = 30
#: Merged rectangles that are looked at.
MAX_MERGED = 50_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and its rows as (number from 1, cells)."""

    name: str
    total: int
    rows: Iterator[tuple[int, Sequence[object]]]
    #: Some cell may carry a mark of secrecy.
    suspect: bool = True
    #: Rectangles of merged cells, as (first row, first column, last row, last column), rows from 1 and columns from 0.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise damaged()


def _csv_sheet(data: bytes, name: str) -> Sheet:
    text = _decoded(data)
    try:
        rows: list[Sequence[object]] = [list(row) for row in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise damaged() from error
    if len(rows) > MAX_ROWS:
        raise too_long()
    if rows and max(map(len, rows)) > MAX_COLUMNS:
        raise too_wide()
    return Sheet(name, len(rows), iter(enumerate(rows, 1)))


def sheets(data: bytes, kind: str, name: str) -> list[Sheet]:
    """The sheets with content. Raises Invalid or TooLarge with a sentence for the person."""
    if kind == "csv":
        found = [_csv_sheet(data, name)]
        return _some([sheet for sheet in found if sheet.total])
    suspect = kind != "xlsx" or check_sheets(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except CalamineError as error:
        raise (is_encrypted() if "assword" in str(error) else damaged()) from error
    found, cells = [], 0
    for title in workbook.sheet_names:
        try:
            sheet = workbook.get_sheet_by_name(title)
        except CalamineError:
            # A sheet of charts.
            continue
        if sheet.start is None:
            continue
        cells += sheet.height * sheet.width
        if sheet.total_width > MAX_COLUMNS:
            raise too_wide()
        if sheet.total_height > MAX_ROWS or cells > MAX_CELLS:
            raise too_long()
        rows = enumerate(sheet.iter_rows(), 1)
        found.append(Sheet(title, sheet.total_height, rows, suspect, _merged(sheet)))
    return _some(found)


def _merged(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    """Merged cells that reach over several rows; only the first of them holds the text."""
    return sorted(
        (top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        if bottom > top
    )[:MAX_MERGED]


def _some(found: list[Sheet]) -> list[Sheet]:
    if not found:
        raise Invalid(_("The workbook is empty: no sheet has a filled cell."))
    return found
