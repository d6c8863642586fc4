"""A unit's copy as a workbook to fill in: its columns as heads, lists to choose from, what stands there already."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from shared.i18n import _
from shared.returns.columns import KINDS, MAX_ROWS, NUMBERS, Column
from shared.returns.columns.checking import Row, check_cell

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_GREY = PatternFill("solid", fgColor="F0EFEC")
#: A list of choices stands in the sheet only up to this length; that is the format's own limit.
_LIST = 250


def _text(cell: Any, said: str) -> None:
    """Text stays text, whatever it begins with."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", said)
    cell.data_type = "s"
    cell.quotePrefix = True


def write_copy(
    title: str, columns: list[Column], rows: list[Row], known: dict[str, str], *, many: bool
) -> bytes:
    """The workbook; what the product knows stands there in grey and is not read again."""
    book: Any = Workbook()
    sheet = book.active
    sheet.title = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:31].strip() or "1"
    sheet.freeze_panes = "A2"
    last = MAX_ROWS + 1 if many else 2
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(12, min(40, len(column.head) * 2 + 2))
        head = sheet.cell(row=1, column=place)
        _text(head, column.head)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="FBFAF8")
        head.alignment = Alignment(vertical="top", wrap_text=True)
        head.comment = Comment(said_of(column), "Jiceng")
        _validation(sheet, column, f"{letter}2:{letter}{last}")
    for number, row in enumerate(rows or [{}], 2):
        for place, column in enumerate(columns, 1):
            cell = sheet.cell(row=number, column=place)
            if column.known:
                cell.fill = _GREY
                _value(cell, column, known.get(column.known, ""))
            else:
                _value(cell, column, row.get(column.key, ""))
    handle = io.BytesIO()
    book.save(handle)
    return handle.getvalue()


def said_of(column: Column) -> str:
    """What a column wants, in words."""
    said = [str(KINDS[column.kind])]
    if column.known:
        said.append(_("Filled in from what is known; nothing to do here."))
    else:
        said.append(_("needed") if column.required else _("optional"))
    if column.least or column.most:
        said.append(f"{column.least or '…'} – {column.most or '…'}")
    if column.choices:
        said.append("、".join(column.choices))
    if column.hint:
        said.append(column.hint)
    return "\n".join(said)


def _value(cell: Any, column: Column, text: str) -> None:
    if not text:
        return
    canonical, wrong = check_cell(column, text)
    if wrong is None and column.kind in NUMBERS:
        cell.value = float(Decimal(canonical)) if "." in canonical else int(canonical)
    elif wrong is None and column.kind == "date" and canonical >= "1900-03-01":
        cell.value = date.fromisoformat(canonical)
        cell.number_format = "yyyy-mm-dd"
    elif wrong is None and column.kind == "yes_no":
        _text(cell, _("yes") if canonical == "y" else _("no"))
    else:
        _text(cell, text)


def _validation(sheet: Any, column: Column, cells: str) -> None:
    choices = (_("yes"), _("no")) if column.kind == "yes_no" else column.choices
    said = ",".join(choices)
    if not choices or len(said) > _LIST or any(sign in choice for choice in choices for sign in ',"'):
        return
    rule = DataValidation(type="list", formula1=f'"{said}"', allow_blank=not column.required)
    sheet.add_data_validation(rule)
    rule.add(cells)
