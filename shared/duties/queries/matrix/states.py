"""How one due item stands today, as the word in a cell of the ledger."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, literal_column

from shared.duties.models import DueItem
from shared.duties.queries.todo import SOON

#: Worst first: what one cell shows when a period asks more than once. 'back' is returned by the superior and not yet
#: mended, 'fix' made up for after its time, 'past' entered later from the office's own ledger (补录).
CELLS = ("late", "back", "due", "plan", "fix", "past", "ok", "na")
#: Of a lasting state; a record out of the past is found by the event.
HELD = ("open", "done", "exempt")


def cell_state(state: str, due_on: date, *, made_up: bool, on: date, backfilled: bool = False) -> str:
    """How one due item stands today, as one of CELLS; 'back' is told by the record that was returned."""
    if state == "done":
        return "fix" if made_up else "past" if backfilled else "ok"
    if state == "exempt":
        return "na"
    if due_on < on:
        return "late"
    return "due" if due_on <= on + SOON else "plan"


def cell_rank(on: date) -> ColumnElement[Any]:
    """The place in CELLS of a due item on a day, as SQL; what came from the past counts as 'ok' here."""
    rank: dict[str, ColumnElement[Any]] = {
        name: literal_column(str(place)) for place, name in enumerate(CELLS)
    }
    return case(
        (DueItem.state == "done", case((DueItem.made_up, rank["fix"]), else_=rank["ok"])),
        (DueItem.state == "exempt", rank["na"]),
        (DueItem.returned_event_id.is_not(None), rank["back"]),
        (DueItem.due_on < on, rank["late"]),
        (DueItem.due_on <= on + SOON, rank["due"]),
        else_=rank["plan"],
    )
