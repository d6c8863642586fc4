"""What the copies that have come add up to: of each column, in all and by the units right below one."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, Text, and_, case, cast, column, func, select, true

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.organisations.models import Unit
from shared.returns.columns import COUNTED, NUMBERS, Column, columns_of
from shared.returns.models import Filling, ReturnTable
from shared.returns.queries.lists import GIVEN, WAITING, FillingFilter, filling_conditions, joined

#: Characters of one step of a unit's path.
STEP = 11


@dataclass(slots=True)
class Figures:
    """Of one column: how many cells are filled; of numbers what they add up to, of choices how often each was given."""

    column: Column
    count: int = 0
    total: Decimal = Decimal(0)
    least: Decimal | None = None
    most: Decimal | None = None
    answers: dict[str, int] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        return self.column.kind in NUMBERS


@dataclass(slots=True)
class Standing:
    """A unit with all below it, as far as it lies in reach; `alone`: the unit above without those below."""

    unit_id: int
    unit_name: str
    path: str
    alone: bool = False
    units: int = 0
    given: int = 0
    late: int = 0
    rows: int = 0
    #: key of a column of numbers → its sum.
    totals: dict[str, Decimal] = field(default_factory=dict)


def _cells(actor: Actor, given: FillingFilter) -> tuple[Select[Any], Any, Any, Any]:
    """The filled cells of the copies that have come; with the columns that hold path, key and text.

    The copies are found first and unfolded then: joined the other way round, each cell would look for its unit anew.
    """
    come = (
        joined(select(Unit.path.label("path"), Filling.rows.label("rows")).select_from(Filling))
        .where(*filling_conditions(actor, given), Filling.state.in_(GIVEN))
        .cte("come")
        .prefix_with("materialized")
    )
    row = func.jsonb_array_elements(come.c.rows).table_valued(column("value"), name="line").lateral()
    cell = func.jsonb_each_text(row.c.value).table_valued("key", "value", name="cell").lateral()
    key, value = cell.c.key, cast(cell.c.value, Text)
    statement = select().select_from(come).join(row, true()).join(cell, true()).where(value != "")
    return statement, come.c.path, key, value


def _number(key: Any, value: Any, keys: list[str]) -> ColumnElement[Decimal]:
    """The cell as a number where its column holds some."""
    return case((key.in_(keys), cast(value, Numeric)), else_=None)


def figures(actor: Actor, table: ReturnTable, given: FillingFilter) -> list[Figures]:
    """Of each column that can be added up or counted, over the copies of the filter. Two queries at most."""
    columns = {one.key: one for one in columns_of(table.columns)}
    numbers = [key for key, one in columns.items() if one.kind in NUMBERS]
    counted = [key for key, one in columns.items() if one.kind in COUNTED]
    found = {key: Figures(one) for key, one in columns.items() if key in {*numbers, *counted}}
    statement, _path, key, value = _cells(actor, given)
    if numbers:
        number = _number(key, value, numbers)
        rows = db.session.execute(
            statement.add_columns(key, func.count(), func.sum(number), func.min(number), func.max(number))
            .where(key.in_(numbers))
            .group_by(key)
        )
        for name, count, total, least, most in rows:
            one = found[name]
            one.count, one.total, one.least, one.most = count, total, least, most
    if counted:
        rows = db.session.execute(
            statement.add_columns(key, value, func.count()).where(key.in_(counted)).group_by(key, value)
        )
        for name, answer, count in rows:
            found[name].answers[answer] = count
            found[name].count += count
    return list(found.values())


def standings(actor: Actor, table: ReturnTable, top: Unit) -> list[Standing]:
    """`top` alone, then each unit right below it with all below, in the order of the tree. Three queries.

    Never in the order of a number: it shows what has come from where, and ranks nobody.
    """
    given = FillingFilter(view="all", return_id=table.id, unit_id=top.id)
    groups = {top.path: Standing(top.id, top.name, top.path, alone=True)}
    for key, name, path in db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(Unit.parent_id == top.id, reach_filter(actor, Permission.RETURN_VIEW, Unit.path))
        .order_by(Unit.path)
    ):
        groups[path] = Standing(key, name, path)
    place = func.left(Unit.path, len(top.path) + STEP).label("place")
    waiting = Filling.state.in_(WAITING)
    late = and_(waiting, ReturnTable.due_on < today())
    has_come = Filling.state.in_(GIVEN)
    counts = joined(
        select(
            place,
            func.count(),
            func.count().filter(has_come),
            func.count().filter(late),
            func.coalesce(func.sum(func.jsonb_array_length(Filling.rows)).filter(has_come), 0),
        ).select_from(Filling)
    ).where(*filling_conditions(actor, given))
    for path, units, come, late_ones, rows in db.session.execute(counts.group_by(place)):
        if (group := groups.get(path)) is not None:
            group.units, group.given, group.late, group.rows = units, come, late_ones, int(rows)
    numbers = [one.key for one in columns_of(table.columns) if one.kind in NUMBERS]
    if numbers:
        statement, path_of, name, value = _cells(actor, given)
        below = func.left(path_of, len(top.path) + STEP).label("below")
        sums = statement.add_columns(below, name, func.sum(_number(name, value, numbers)))
        for path, key, total in db.session.execute(sums.where(name.in_(numbers)).group_by(below, name)):
            if (group := groups.get(path)) is not None:
                group.totals[key] = total
    return [one for one in groups.values() if one.units]


def progress(actor: Actor, *, most: int = 5) -> list[tuple[int, str, int, int, int]]:
    """Issued tables of units for which the person may issue: (id, title, units, come, late), the nearest day first."""
    asker = Unit.__table__.alias("asker")
    open_ = (
        select(ReturnTable.tenant_id, ReturnTable.id, ReturnTable.title, ReturnTable.due_on)
        .join(asker, and_(asker.c.tenant_id == ReturnTable.tenant_id, asker.c.id == ReturnTable.unit_id))
        .where(ReturnTable.state == "issued", reach_filter(actor, Permission.RETURN_ISSUE, asker.c.path))
        .order_by(ReturnTable.due_on, ReturnTable.id)
        .limit(most)
        .cte("open_tables")
    )
    waiting = Filling.state.in_(WAITING)
    rows = db.session.execute(
        select(
            open_.c.id,
            open_.c.title,
            func.count(),
            func.count().filter(Filling.state.in_(GIVEN)),
            func.count().filter(and_(waiting, open_.c.due_on < today())),
        )
        .join(Filling, and_(Filling.tenant_id == open_.c.tenant_id, Filling.return_id == open_.c.id))
        .group_by(open_.c.id, open_.c.title, open_.c.due_on)
        .order_by(open_.c.due_on, open_.c.id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]
