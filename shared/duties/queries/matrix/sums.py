"""The sums of the matrix and the units of one page: one pass over the due items of the filter, grouped both ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import cadence_of, month_end, periods
from shared.duties.queries.matrix.asked import Having, MatrixFilter, conditions
from shared.duties.queries.todo import SOON
from shared.events.models import Event
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Column:
    """A period of a kind. `missing`: units that miss it, in the whole filter. `now`: the running period."""

    kind: str
    period: str
    missing: int
    now: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """`units` of the page: (id, name, path, duties_since, overdue), one more than `size` where more follow."""

    columns: list[Column]
    units: list[tuple[int, str, str, date, int]]
    unit_count: int
    units_missing: int
    units_shown: int
    overdue: int
    returned: int
    coming: int


def _hits(state: Having, on: date) -> ColumnElement[bool]:
    """Whether a due item is of the sort that the units of the page must have."""
    is_open = and_(DueItem.state == "open", DueItem.returned_event_id.is_(None))
    match state:
        case "late":
            return and_(DueItem.state == "open", DueItem.due_on < on)
        case "back":
            return and_(DueItem.state == "open", DueItem.returned_event_id.is_not(None))
        case "due":
            return and_(is_open, DueItem.due_on.between(on, on + SOON))
        case "fix":
            return and_(DueItem.state == "done", DueItem.made_up)
        case "na":
            return DueItem.state == "exempt"
        case _:
            imported = select(Event.id).where(Event.backfilled, Event.batch_id.is_not(None))
            return and_(DueItem.state == "done", DueItem.event_id.in_(imported))


def _grouped(actor: Actor, given: MatrixFilter, kinds: Sequence[str], on: date) -> CTE:
    late = and_(DueItem.state == "open", DueItem.due_on < on)
    before = aliased(DueItem)
    # A unit that misses two of a month is one unit that misses it.
    counted = select(1).where(
        before.tenant_id == DueItem.tenant_id,
        before.unit_id == DueItem.unit_id,
        before.kind == DueItem.kind,
        before.period == DueItem.period,
        before.ordinal < DueItem.ordinal,
        before.state == "open",
        before.due_on < on,
    )
    soon = and_(DueItem.state == "open", DueItem.due_on.between(on, month_end(on.year, on.month)))
    hits = None if given.state is None else _hits(given.state, on)
    return (
        select(
            func.grouping(DueItem.unit_id).label("by_column"),
            DueItem.unit_id,
            DueItem.kind,
            DueItem.period,
            func.count().filter(late).label("late"),
            func.count().filter(late, or_(DueItem.ordinal == 1, ~counted.exists())).label("units_late"),
            func.count().filter(soon).label("soon"),
            func.count()
            .filter(DueItem.state == "open", DueItem.returned_event_id.is_not(None))
            .label("returned"),
            (literal(1) if hits is None else func.count().filter(hits)).label("hits"),
        )
        .where(*conditions(actor, given, kinds))
        .group_by(func.grouping_sets(tuple_(DueItem.unit_id), tuple_(DueItem.kind, DueItem.period)))
        .cte("sums")
    )


def _shown(given: MatrixFilter, sums: CTE) -> ColumnElement[bool]:
    wanted = [sums.c.by_column == 0]
    if given.view == "only":
        wanted.append(sums.c.late > 0)
    if given.state is not None:
        wanted.append(sums.c.hits > 0)
    return and_(*wanted)


def _units(given: MatrixFilter, sums: CTE, size: int) -> Select[Any]:
    page = (
        select(
            literal(2), Unit.name, Unit.path, Unit.id, Unit.duties_since, sums.c.late, literal(0), literal(0)
        )
        .join(sums, sums.c.unit_id == Unit.id)
        .where(_shown(given, sums))
    )
    if given.view == "tree":
        page = page.order_by(Unit.path)
    else:
        page = page.order_by(sums.c.late.desc(), Unit.path)
    if given.after is not None:
        seen, path = given.after
        later = Unit.path > path
        if given.view != "tree":
            later = or_(sums.c.late < seen, and_(sums.c.late == literal(seen), later))
        page = page.where(later)
    return page.limit(size + 1)


def sums_and_units(actor: Actor, given: MatrixFilter, kinds: Sequence[str], *, size: int, on: date) -> Sums:
    """The columns with how many units miss each, the sums, and the units of one page. One query."""
    sums = _grouped(actor, given, kinds, on)
    no_text, no_unit, no_day = cast(null(), Text), cast(null(), BigInteger), cast(null(), Date)
    columns = select(
        literal(0, Integer), sums.c.kind, sums.c.period, no_unit, no_day,
        sums.c.units_late, sums.c.soon, sums.c.returned,
    ).where(sums.c.by_column == 1)  # fmt: skip
    units = sums.c.by_column == 0
    totals = select(
        literal(1), no_text, no_text, func.count().filter(_shown(given, sums)), no_day,
        func.count(), func.count().filter(sums.c.late > 0), func.coalesce(func.sum(sums.c.late), 0),
    ).where(units)  # fmt: skip
    page = _units(given, sums, size).subquery()
    rows = db.session.execute(union_all(columns, totals, select(page))).all()
    found = sorted(
        ((row[3], row[1], row[2], row[4], row[5]) for row in rows if row[0] == 2),
        key=lambda unit: unit[2] if given.view == "tree" else (-unit[4], unit[2]),
    )
    asked = [row for row in rows if row[0] == 0]
    total = next(row for row in rows if row[0] == 1)
    return Sums(
        columns=_columns(asked, kinds, given.year, on),
        units=found,
        unit_count=total[5],
        units_missing=total[6],
        units_shown=total[3],
        overdue=int(total[7]),
        returned=sum(row[7] for row in asked),
        coming=sum(row[6] for row in asked),
    )


def _columns(asked: Sequence[Any], kinds: Sequence[str], year: int, on: date) -> list[Column]:
    """Every period of a cadence that is asked of anybody, kind after kind."""
    missing = {(row[1], row[2]): row[5] for row in asked}
    columns = []
    for kind in kinds:
        cadences = {cadence_of(period) for one, period in missing if one == kind}
        columns += [
            Column(
                kind, period.label, missing.get((kind, period.label), 0), period.first <= on <= period.last
            )
            for period in periods(year)
            if period.cadence in cadences
        ]
    return columns
