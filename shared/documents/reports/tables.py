"""A paper of facts and tables: what most reports give their template, and what leaves as Excel with the same rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from shared.clock import local

#: What a cell may hold; its type says how it is shown.
Cell = str | int | Decimal | date | datetime | None
#: Rows of one table element: a longer table is set in pieces, each with its head, so that memory stays flat.
PIECE = 400
#: What 2026-11-22 takes of the width of a page, in per cent.
DAY = 13.5


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: n a number, nw a day or other word that is not broken. `width`: its share of the table's width.

    `places`: how many a fraction is shown with; None: as many as it has.
    """

    name: str
    kind: Literal["", "n", "nw"] = ""
    width: int = 10
    places: int | None = 2


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their columns; `head` is the column that names the row; `tall` leaves room for a hand."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    head: int = 0
    tall: bool = False

    @property
    def widths(self) -> list[str]:
        """Shares of the width in per cent; a day never gets less than it needs."""
        whole = sum(column.width for column in self.columns)
        shares = [column.width * 100 / whole for column in self.columns]
        days = [
            column.kind == "nw" and share < DAY for column, share in zip(self.columns, shares, strict=True)
        ]
        rest = sum(share for share, day in zip(shares, days, strict=True) if not day)
        left = 100 - DAY * sum(days)
        return [
            f"{DAY if day else share * left / rest:.2f}%" for share, day in zip(shares, days, strict=True)
        ]

    @property
    def pieces(self) -> list[list[list[str]]]:
        said = [self._said(row) for row in self.rows]
        return [said[start : start + PIECE] for start in range(0, len(said), PIECE)]

    @property
    def sums(self) -> list[str]:
        return self._said(self.total)

    def _said(self, row: tuple[Cell, ...]) -> list[str]:
        return (
            [say(cell, column.places) for cell, column in zip(row, self.columns, strict=True)] if row else []
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with running text, sentences and a table; `empty` is said where the table has no row."""

    heading: str = ""
    text: str = ""
    said: tuple[str, ...] = ()
    table: Table | None = None
    empty: str = ""

    @property
    def paragraphs(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()]


def say(cell: Cell, places: int | None = 2) -> str:
    """A cell on paper: days as 2026-11-22, sums of money with two places."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return local(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}" if places is None else f"{cell:,.{places}f}"
    return str(cell)


def sheet(
    heading: str,
    name: str,
    *,
    facts: Iterable[tuple[str, Cell]] = (),
    sections: Iterable[Section] = (),
    signed: Iterable[str] = (),
    foot: str = "",
) -> dict[str, Any]:
    """The values of the template `tables`. Facts without a value are left out; `signed`: whose signatures it asks."""
    return {
        "heading": heading,
        "name": name,
        "facts": [(word, say(cell)) for word, cell in facts if cell not in (None, "")],
        "sections": tuple(sections),
        "signed": tuple(signed),
        "foot": foot,
    }
