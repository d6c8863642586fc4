"""One page of the matrix: units × kinds × periods, what is missing first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import periods
from shared.duties.queries.matrix.asked import MatrixFilter, first_kinds
from shared.duties.queries.matrix.states import CELLS, HELD, cell_rank
from shared.duties.queries.matrix.sums import Column, sums_and_units
from shared.events.models import Event

#: Units on one page.
PAGE = 100


class Cell(NamedTuple):
    """`state` is one of CELLS; nothing is to be opened where a period lies before the unit began."""

    state: str
    due_item_id: int | None = None


BEFORE_IT_BEGAN = Cell("na")


@dataclass(frozen=True, slots=True)
class MatrixRow:
    unit_id: int
    name: str
    path: str
    overdue: int
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`overdue` and `coming` are items of the whole filter; `coming`: open, with their day still to come this month."""

    kinds: list[str]
    columns: list[Column]
    rows: list[MatrixRow]
    unit_count: int
    units_missing: int
    units_shown: int
    overdue: int
    returned: int
    coming: int
    after: tuple[int, str] | None


def matrix(actor: Actor, given: MatrixFilter, *, all_kinds: dict[str, int], size: int = PAGE) -> Matrix:
    """One page of the matrix with the sums of the whole filter. Three queries, whatever the size."""
    on = today()
    kinds = [kind for kind in all_kinds if kind in given.kinds] or first_kinds(all_kinds)
    sums = sums_and_units(actor, given, kinds, size=size, on=on)
    more, units = len(sums.units) > size, sums.units[:size]
    cells = _cells([unit[0] for unit in units], given.year, sums.columns, on)
    ends = {period.label: period.last for period in periods(given.year)}
    last_days = [ends[column.period] for column in sums.columns]
    spans = _spans(sums.columns)
    for unit_id, _name, _path, since, _overdue in units:
        _before_it_began(cells[unit_id], since, last_days, spans)
    return Matrix(
        kinds=kinds,
        columns=sums.columns,
        rows=[
            MatrixRow(unit_id, name, path, overdue, cells[unit_id])
            for unit_id, name, path, _since, overdue in units
        ],
        unit_count=sums.unit_count,
        units_missing=sums.units_missing,
        units_shown=sums.units_shown,
        overdue=sums.overdue,
        returned=sums.returned,
        coming=sums.coming,
        after=(units[-1][4], units[-1][2]) if more else None,
    )


def _spans(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """First and last + 1 column of each kind."""
    kinds = [column.kind for column in columns]
    return [(kinds.index(kind), kinds.index(kind) + kinds.count(kind)) for kind in dict.fromkeys(kinds)]


def _before_it_began(
    row: list[Cell | None], since: date, last_days: Sequence[date], spans: Sequence[tuple[int, int]]
) -> None:
    """Mark the periods before the unit began: nobody's fault, if the kind is asked of it at all."""
    if not last_days or since <= min(last_days):
        return
    for first, end in spans:
        if any(row[first:end]):
            for place in range(first, end):
                if row[place] is None and last_days[place] < since:
                    row[place] = BEFORE_IT_BEGAN


def among_units(unit_ids: list[int]) -> ColumnElement[bool]:
    return DueItem.unit_id == func.any(bindparam("ids", unit_ids, type_=ARRAY(BigInteger)))


def _cells(
    unit_ids: list[int], year: int, columns: Sequence[Column], on: date
) -> dict[int, list[Cell | None]]:
    """The cells of some units in the order of the columns. Two queries."""
    found: dict[int, list[Cell | None]] = {key: [None] * len(columns) for key in unit_ids}
    if not unit_ids or not columns:
        return found
    places = {(column.kind, column.period): place for place, column in enumerate(columns)}
    past = _from_the_past(unit_ids, year)
    rows = db.session.execute(
        select(DueItem.unit_id, DueItem.kind, DueItem.period, DueItem.id, cell_rank(on)).where(
            among_units(unit_ids),
            DueItem.year == year,
            DueItem.kind.in_({column.kind for column in columns}),
            DueItem.state.in_(HELD),
        )
    )
    worst = {name: rank for rank, name in enumerate(CELLS)}
    for unit_id, kind, period, key, rank in rows:
        place = places.get((kind, period))
        if place is None:
            continue
        row = found[unit_id]
        state = "past" if key in past and CELLS[rank] == "ok" else CELLS[rank]
        before = row[place]
        if before is None or worst[state] < worst[before.state]:
            row[place] = Cell(state, key)
    return found


def _from_the_past(unit_ids: list[int], year: int) -> set[int]:
    """The due items of some units that are done by a record out of the office's own ledger (补录)."""
    return set(
        db.session.scalars(
            select(DueItem.id)
            .join(Event, (Event.tenant_id == DueItem.tenant_id) & (Event.id == DueItem.event_id))
            .where(
                Event.backfilled,
                Event.batch_id.is_not(None),
                Event.unit_id == func.any(bindparam("held_by", unit_ids, type_=ARRAY(BigInteger))),
                DueItem.year == year,
            )
        )
    )
