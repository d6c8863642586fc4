"""Cells of a sheet as rows of a table, and heads of a sheet as columns of a new one."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from shared.errors import Invalid
from shared.i18n import _
from shared.returns.columns import MAX_COLUMNS, MAX_LABEL, MAX_ROWS, Column
from shared.returns.columns.checking import Row, check_cell, number_text

Cells = Sequence[object]
#: How far down the heads may stand.
WITHIN = 10


def cell_text(value: object) -> str:
    """A cell as a person sees it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "y" if value else "n"
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(" ", "minutes")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return number_text(Decimal(repr(value)))
    return "" if isinstance(value, timedelta) else str(value).strip()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def read_rows(columns: list[Column], sheet: Sequence[Cells]) -> list[Row]:
    """The rows below the heads, by key. Heads are known by their words, wherever they stand; other columns are passed
    over. Raises Invalid when no head or too many rows are found.
    """
    names = {_folded(name): one.key for one in columns for name in (one.label, one.head)}
    asked = {one.key for one in columns if not one.known}
    for number, cells in enumerate(sheet[:WITHIN]):
        places = {
            key: place
            for place, cell in reversed(list(enumerate(cells)))
            if (key := names.get(_folded(cell_text(cell)))) is not None
        }
        if asked & places.keys() and len(places) >= min(2, len(columns)):
            found = [
                {
                    key: cell_text(line[place])
                    for key, place in places.items()
                    if key in asked and place < len(line)
                }
                for line in sheet[number + 1 :]
            ]
            rows = [row for row in found if any(row.values())]
            if len(rows) > MAX_ROWS:
                raise Invalid(_("At most %(n)s rows.", n=MAX_ROWS))
            return rows
    raise Invalid(
        _("No row of this sheet bears the heads of the table; download the sheet and fill that in.")
    )


def read_columns(sheet: Sequence[Cells]) -> list[Column]:
    """The heads of a sheet as columns; kinds are guessed from the cells below and stand to be looked at."""
    for number, cells in enumerate(sheet[:WITHIN]):
        heads = [(place, cell_text(cell)) for place, cell in enumerate(cells)]
        heads = [(place, text) for place, text in heads if text]
        if len(heads) < min(2, max((len(line) for line in sheet), default=0)):
            # A title above the table.
            continue
        if len(heads) > MAX_COLUMNS:
            raise Invalid(_("At most %(n)s columns.", n=MAX_COLUMNS))
        below = sheet[number + 1 : number + 201]
        found: list[Column] = []
        seen: set[str] = set()
        for place, text in heads:
            label = " ".join(text.split())[:MAX_LABEL]
            if label in seen:
                continue
            seen.add(label)
            values = [cell_text(line[place]) for line in below if place < len(line)]
            found.append(Column("", label, kind=_kind([value for value in values if value])))
        return found
    raise Invalid(_("The first rows of this sheet hold no heads."))


def _kind(values: list[str]) -> str:
    for kind in ("whole", "decimal", "date"):
        if values and all(check_cell(Column("", "", kind=kind), value)[1] is None for value in values):
            return kind
    return "yes_no" if values and set(values) <= {"是", "否"} else "text"
