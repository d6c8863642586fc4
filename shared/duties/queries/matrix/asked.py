"""What a page of the matrix is asked for: its filter, and the kinds that may stand as columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, exists, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.duties.periods import CADENCES, TERM
from shared.duties.queries.filters import below
from shared.duties.queries.matrix.states import HELD
from shared.events.kinds import KINDS
from shared.organisations.models import Unit

#: Columns that fit beside each other; more kinds stand there when they are chosen.
MOST_COLUMNS = 32

View = Literal["missing", "only", "tree"]
#: Units that have at least one cell of a sort.
Having = Literal["late", "back", "due", "fix", "past", "na"]
HAVING: tuple[Having, ...] = get_args(Having)


@dataclass(frozen=True, slots=True)
class MatrixFilter:
    """`view`: missing first, only the missing, or in the order of the tree. `after`: the last row before this page.

    `state`: only units with at least one cell of that sort, one of HAVING.
    """

    year: int
    unit_id: int | None = None
    kinds: tuple[str, ...] = ()
    view: View = "missing"
    after: tuple[int, str] | None = None
    line: str | None = None
    sector: str | None = None
    state: Having | None = None


def planned_kinds(actor: Actor, year: int) -> dict[str, int]:
    """The kinds that stand planned in the actor's reach, in order, with their periods a year. One query.

    Elections have no calendar period and no column; they stand on the page of terms.
    """
    planned = exists(
        select(1)
        .select_from(DueItem)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(
            DueItem.tenant_id == Rule.tenant_id,
            DueItem.kind == Rule.kind,
            DueItem.year == year,
            DueItem.state != "withdrawn",
            reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
        )
    )
    widths: dict[str, int] = {}
    for kind, cadence in db.session.execute(
        select(Rule.kind, Rule.cadence).where(planned, Rule.cadence != TERM)
    ):
        widths[kind] = max(widths.get(kind, 0), 12 // CADENCES[cadence])
    return {kind: widths[kind] for kind in KINDS if kind in widths}


def first_kinds(widths: dict[str, int]) -> list[str]:
    """The kinds shown when none is chosen: as many as fit beside each other."""
    shown: list[str] = []
    room = MOST_COLUMNS
    for kind, width in widths.items():
        room -= width
        if room < 0:
            break
        shown.append(kind)
    return shown


def conditions(actor: Actor, given: MatrixFilter, kinds: Iterable[str]) -> list[ColumnElement[bool]]:
    """The filter on DueItem, inside the actor's reach."""
    units: list[ColumnElement[bool]] = []
    if not any(reached.path is None for reached in actor.reaches(Permission.EVENT_VIEW)):
        units.append(reach_filter(actor, Permission.EVENT_VIEW, Unit.path))
    if given.unit_id is not None:
        units.append(below(given.unit_id))
    if given.line is not None:
        units.append(Unit.line == given.line)
    if given.sector is not None:
        units.append(Unit.sector == given.sector)
    found: list[ColumnElement[bool]] = [
        DueItem.year == given.year,
        DueItem.kind.in_(list(kinds)),
        DueItem.state.in_(HELD),
    ]
    # Whoever sees the whole tenant and narrows nothing needs no list of units.
    return [*found, DueItem.unit_id.in_(select(Unit.id).where(*units))] if units else found
