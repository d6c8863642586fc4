"""The ledger as a matrix: units × kinds × periods, and its sums. A constant number of queries, whatever the size."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.duties.periods import CADENCES, TERM, cadence_of, periods
from shared.duties.queries.filters import below
from shared.duties.queries.todo import SOON
from shared.events.kinds import KINDS
from shared.organisations.models import Unit

#: Up to this many units stand on one page; more are paged by the smaller number.
WHOLE = 200
PAGE = 50
#: Columns that fit beside each other.
MOST_COLUMNS = 32

View = Literal["missing", "only", "tree"]
#: Worst first: what one cell shows when a period asks more than once.
CELLS = ("late", "due", "plan", "fix", "ok", "na")


@dataclass(frozen=True, slots=True)
class MatrixFilter:
    """`view`: missing first, only the missing, or in the order of the tree. `after`: the last row before this page."""

    year: int
    unit_id: int | None = None
    kinds: tuple[str, ...] = ()
    view: View = "missing"
    after: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    kind: str
    period: str
    #: Units that miss it, in the whole filter.
    missing: int
    now: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """`state` is one of CELLS. Open cells lead to the form, done ones to the record."""

    state: str
    due_item_id: int | None = None
    event_id: int | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    unit_id: int
    name: str
    path: str
    overdue: int
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class Matrix:
    kinds: list[str]
    columns: list[Column]
    rows: list[MatrixRow]
    unit_count: int
    units_missing: int
    overdue: int
    #: Open items whose day is still to come this month.
    coming: int
    after: tuple[int, str] | None


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


def _conditions(actor: Actor, given: MatrixFilter, kinds: Iterable[str]) -> list[ColumnElement[bool]]:
    found = [
        DueItem.year == given.year,
        DueItem.kind.in_(list(kinds)),
        DueItem.state.in_(("open", "done", "exempt")),
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
    ]
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    return found


def matrix(
    actor: Actor, given: MatrixFilter, *, all_kinds: dict[str, int], size: int | None = None
) -> Matrix:
    """One page of the matrix with the sums of the whole filter. Four queries. `size`: so many units, not a page."""
    on = today()
    kinds = [kind for kind in all_kinds if kind in given.kinds] or first_kinds(all_kinds)
    conditions = _conditions(actor, given, kinds)
    joined = and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id)
    late = and_(DueItem.state == "open", DueItem.due_on < on)
    overdue = func.count().filter(late)

    columns, coming = _columns(conditions, joined, kinds, on)
    units = (
        select(Unit.id, Unit.name, Unit.path, Unit.duties_since, overdue.label("overdue"))
        .select_from(DueItem)
        .join(Unit, joined)
        .where(*conditions)
        .group_by(Unit.id, Unit.name, Unit.path, Unit.duties_since)
        .subquery()
    )
    unit_count, units_missing, total = db.session.execute(
        select(
            func.count(),
            func.count().filter(units.c.overdue > 0),
            func.coalesce(func.sum(units.c.overdue), 0),
        ).select_from(units)
    ).one()
    page: Any = select(units.c.id, units.c.name, units.c.path, units.c.overdue, units.c.duties_since)
    if given.view == "only":
        page = page.where(units.c.overdue > 0)
    if given.view == "tree":
        page = page.order_by(units.c.path)
    else:
        page = page.order_by(units.c.overdue.desc(), units.c.path)
    if given.after is not None:
        seen, path = given.after
        page = page.where(
            units.c.path > path
            if given.view == "tree"
            else or_(units.c.overdue < seen, and_(units.c.overdue == literal(seen), units.c.path > path))
        )
    shown = units_missing if given.view == "only" else unit_count
    if size is None:
        size = PAGE if shown > WHOLE else WHOLE
    rows = db.session.execute(page.limit(size + 1)).all()
    more, rows = len(rows) > size, rows[:size]
    cells = _cells([row.id for row in rows], given.year, kinds, on)
    ends = {period.label: period.last for period in periods(given.year)}

    def cell(unit_id: int, since: date, column: Column) -> Cell | None:
        found = cells.get((unit_id, column.kind, column.period))
        if found is not None or ends[column.period] >= since:
            return found
        # The period lies before the unit began: nobody's fault, if the kind is asked of it at all.
        return Cell("na") if (unit_id, column.kind) in asked else None

    asked = {(unit_id, kind) for unit_id, kind, _period in cells}
    return Matrix(
        kinds=kinds,
        columns=columns,
        rows=[
            MatrixRow(
                row.id,
                row.name,
                row.path,
                row.overdue,
                [cell(row.id, row.duties_since, column) for column in columns],
            )
            for row in rows
        ],
        unit_count=unit_count,
        units_missing=units_missing,
        overdue=int(total),
        coming=coming,
        after=(rows[-1].overdue, rows[-1].path) if more else None,
    )


def _columns(
    conditions: list[ColumnElement[bool]], joined: ColumnElement[bool], kinds: list[str], on: date
) -> tuple[list[Column], int]:
    """Every period that is asked of anybody, with how many units miss it; and what is still to come this month."""
    late = func.count(DueItem.unit_id.distinct()).filter(DueItem.state == "open", DueItem.due_on < on)
    soon = func.count().filter(
        DueItem.state == "open",
        DueItem.due_on >= on,
        func.date_trunc("month", DueItem.due_on) == func.date_trunc("month", on),
    )
    rows = db.session.execute(
        select(DueItem.kind, DueItem.period, late, soon)
        .join(Unit, joined)
        .where(*conditions)
        .group_by(DueItem.kind, DueItem.period)
    ).all()
    asked = {(row[0], row[1]): row[2] for row in rows}
    columns = []
    for kind in kinds:
        shown = {period for one, period in asked if one == kind}
        cadences = {cadence_of(period) for period in shown}
        for period in periods(_year(shown, on)):
            if period.cadence in cadences:
                columns.append(
                    Column(
                        kind,
                        period.label,
                        asked.get((kind, period.label), 0),
                        period.first <= on <= period.last,
                    )
                )
    return columns, sum(row[3] for row in rows)


def _year(labels: Iterable[str], on: date) -> int:
    return next((int(label[:4]) for label in labels), on.year)


def _cells(unit_ids: list[int], year: int, kinds: list[str], on: date) -> dict[tuple[int, str, str], Cell]:
    if not unit_ids:
        return {}
    rows = db.session.execute(
        select(
            DueItem.unit_id,
            DueItem.kind,
            DueItem.period,
            DueItem.id,
            DueItem.state,
            DueItem.due_on,
            DueItem.opens_on,
            DueItem.made_up,
            DueItem.event_id,
        ).where(
            DueItem.unit_id == func.any(bindparam("ids", unit_ids, type_=ARRAY(BigInteger))),
            DueItem.year == year,
            DueItem.kind.in_(kinds),
            DueItem.state.in_(("open", "done", "exempt")),
        )
    )
    found: dict[tuple[int, str, str], list[Cell]] = defaultdict(list)
    for row in rows:
        state = cell_state(row.state, row.due_on, made_up=row.made_up, on=on)
        found[row.unit_id, row.kind, row.period].append(Cell(state, row.id, row.event_id, row.due_on))
    return {key: min(cells, key=lambda cell: CELLS.index(cell.state)) for key, cells in found.items()}


def cell_state(state: str, due_on: date, *, made_up: bool, on: date) -> str:
    """How one due item stands today, as one of CELLS."""
    if state == "done":
        return "fix" if made_up else "ok"
    if state == "exempt":
        return "na"
    if due_on < on:
        return "late"
    return "due" if due_on <= on + SOON else "plan"
