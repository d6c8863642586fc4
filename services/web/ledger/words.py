"""How cells of the ledger are said on its pages: one sign each, and the shortest address that opens what is behind.

A screen of 100 units × 12 kinds × 12 months holds 14,400 cells. Each is a link of its own, `?` with the letter of its
state and the due item's key in base 64, so that the page stays under 400 KB as it is sent.
"""

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from shared.duties.periods import CADENCES, cadence_of, period_label, quarter_sign
from shared.duties.queries import LedgerEvent, LedgerRow, UnitLedger
from shared.duties.queries.matrix import CELLS, Cell, Column, MatrixRow
from shared.events.kinds import KINDS
from shared.exports.lists.ledger import cell_words
from shared.i18n import _

#: The letter of a state in the address of a cell; the stylesheet colours by it.
LETTERS = dict(zip(CELLS, "lbdpfron", strict=True))
#: So many of what a unit misses stand in words on a phone.
FIRST = 4
_DIGITS = string.digits + string.ascii_letters + "-_"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}


def short(key: int) -> str:
    """A key in base 64, two digits at a time."""
    found = _PAIRS[key & 4095]
    while key := key >> 12:
        found = _PAIRS[key & 4095] + found
    return found


def cell_key(text: str) -> int | None:
    """The due item that the address of a cell names: a letter and the key; None for anything else."""
    if not 3 <= len(text) <= 11 or len(text) % 2 == 0 or text[0] not in "lbdpfron":
        return None
    key = 0
    for digit in text[1:]:
        value = _VALUES.get(digit)
        if value is None:
            return None
        key = key * 64 + value
    return key if 0 < key < 2**53 else None


def spans(columns: Sequence[Column]) -> list[tuple[str, int, int]]:
    """(kind, first column, last + 1) of each kind."""
    found: list[tuple[str, int, int]] = []
    for place, column in enumerate(columns):
        if found and found[-1][0] == column.kind:
            found[-1] = (column.kind, found[-1][1], place + 1)
        else:
            found.append((column.kind, place, place + 1))
    return found


def heads(columns: Sequence[Column]) -> list[tuple[str, str, list[str], list[int]]]:
    """Of each kind its name, what each cell is called, the signs of its periods, and how many units miss each."""
    return [
        (
            str(KINDS[kind].head),
            "|".join(f"{period_label(one.period)}{KINDS[kind].name}" for one in columns[first:end]),
            [quarter_sign(one.period) for one in columns[first:end]],
            [one.missing for one in columns[first:end]],
        )
        for kind, first, end in spans(columns)
    ]


def now_marks(columns: Sequence[Column]) -> str:
    """Classes that tint the running period: of so many periods, the n-th."""
    found = set()
    for _one, first, end in spans(columns):
        found |= {
            f"now-{end - first}-{place - first + 1}" for place in range(first, end) if columns[place].now
        }
    return " ".join(sorted(found))


def row_strips(columns: Sequence[Column], rows: Iterable[MatrixRow]) -> list[Markup]:
    """The cells of each row, one table cell a kind."""
    signs = {state: str(escape(sign)) for state, (sign, _meaning) in cell_words().items()}
    opens = {state: f"<a href=?{letter}" for state, letter in LETTERS.items()}
    closes = {state: f">{signs[state]}</a>" for state in LETTERS}
    quiet = {state: f"<i>{signs[state]}</i>" for state in LETTERS}

    def one(cell: Cell | None) -> str:
        if cell is None:
            return "<i></i>"
        state, key = cell
        if key is None or state == "plan":
            return quiet[state]
        return opens[state] + short(key) + closes[state]

    places = spans(columns)
    lines = (
        "".join(
            "<td>" + "".join([one(cell) for cell in row.cells[first:end]]) for _kind, first, end in places
        )
        for row in rows
    )
    # Nothing in it was written by anybody: signs of ours, escaped above, and digits of keys.
    return [Markup(line) for line in lines]  # noqa: S704


def owing(columns: Sequence[Column], rows: Iterable[MatrixRow]) -> list[tuple[MatrixRow, str]]:
    """The units of the page that miss something, each with the first of what it misses in words: for the phone."""
    titles = [f"{period_label(one.period)}{KINDS[one.kind].name}" for one in columns]
    found = []
    for row in rows:
        if row.overdue:
            places = [place for place, cell in enumerate(row.cells) if cell is not None and cell[0] == "late"]
            said = _(", ").join(titles[place] for place in places[:FIRST])
            found.append((row, _("%(first)s and more", first=said) if len(places) > FIRST else said))
    return found


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of months of one kind: `width` months, the word of the period, and what stands there."""

    width: int
    label: str
    rows: list[LedgerRow]
    events: list[LedgerEvent]

    @property
    def empty(self) -> bool:
        return not self.rows and not self.events


def year_grid(ledger: UnitLedger) -> list[tuple[str, list[Slot]]]:
    """The year of a unit on one sheet: each kind in slots of its own cadence, and what was held besides by month."""
    grid = [(str(KINDS[kind].name), _slots(rows, ledger.year)) for kind, rows in ledger.by_kind]
    if ledger.besides:
        months: list[list[LedgerEvent]] = [[] for _month in range(12)]
        for event in ledger.besides:
            months[event.held_on.month - 1].append(event)
        grid.append(
            (
                _("Held besides"),
                [
                    Slot(1, period_label(f"{ledger.year}-{number:02d}"), [], events)
                    for number, events in enumerate(months, start=1)
                ],
            )
        )
    return grid


def _slots(rows: Sequence[LedgerRow], year: int) -> list[Slot]:
    width = min(CADENCES.get(cadence_of(row.period), 12) for row in rows)
    held: list[list[LedgerRow]] = [[] for _slot in range(12 // width)]
    for row in rows:
        # What is asked by a longer period than the others stands where it ends; a term stands at its day.
        month = 12 if row.due_on.year > year else row.due_on.month
        if CADENCES.get(cadence_of(row.period)) == width:
            month = _first_month(row.period, width)
        held[(month - 1) // width].append(row)
    return [Slot(width, _slot_label(slot, number, width, year), slot, []) for number, slot in enumerate(held)]


def _first_month(period: str, width: int) -> int:
    tail = period[5:]
    if not tail:
        return 1
    return int(tail) if width == 1 else (int(tail[1:]) - 1) * width + 1


def _slot_label(rows: Sequence[LedgerRow], number: int, width: int, year: int) -> str:
    if rows:
        return rows[0].period_label
    return period_label(f"{year}-{number + 1:02d}") if width == 1 else ""


def row_said(row: LedgerRow) -> str:
    """All of a due item in one line: what, how it stands, when and what was held, who was there."""
    parts = [f"{row.period_label}{row.kind_name}", cell_words()[row.sign][1]]
    if row.event is not None:
        parts += [row.event.held_on.isoformat(), row.event.title]
        if row.event.due_count:
            parts.append(f"{row.event.present_count}/{row.event.due_count}")
    elif row.sign == "na":
        parts.append(row.reason)
    else:
        parts.append(_("due by %(day)s", day=row.due_on.isoformat()))
    return _(", ").join(part for part in parts if part)
