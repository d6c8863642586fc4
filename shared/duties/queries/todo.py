"""What is to be done: lists by group and by unit, counts by month and by unit."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, extract, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.kinds import KINDS, TERM_KINDS
from shared.organisations.models import Unit

#: From how many days before its day a due item stands in the to-do list.
SOON = timedelta(days=7)
NAMES = 6


@dataclass(frozen=True, slots=True)
class TodoGroup:
    """All units that still owe one kind in one period; of elections the period is ''."""

    kind: str
    period: str
    opens_on: date
    due_on: date
    unit_count: int
    unit_names: list[str]

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def period_label(self) -> str:
        return period_label(self.period)

    @property
    def title(self) -> str:
        return self.period_label + self.kind_name


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One due item of one unit."""

    due_item_id: int
    unit_id: int
    unit_name: str
    kind: str
    period: str
    opens_on: date
    due_on: date

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def period_label(self) -> str:
        return period_label(self.period)

    @property
    def title(self) -> str:
        return self.period_label + self.kind_name


@dataclass(frozen=True, slots=True)
class Month:
    """What fell due in one month: due = on_time + made_up + missing + what is not yet due."""

    month: int
    due: int
    on_time: int
    made_up: int
    missing: int


@dataclass(frozen=True, slots=True)
class UnitState:
    unit_id: int
    name: str
    overdue: int
    due_soon: int


def _unit_of_item() -> ColumnElement[bool]:
    return and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id)


def overdue_count(actor: Actor) -> Select[int]:
    """How many open due items in the actor's reach are past their day; counted up to 10,000."""
    rows = (
        select(DueItem.id)
        .join(Unit, _unit_of_item())
        .where(
            DueItem.state == "open",
            DueItem.due_on < today(),
            reach_filter(actor, Permission.DUTY_VIEW, Unit.path),
        )
        .limit(10_000)
        .subquery()
    )
    return select(func.count()).select_from(rows)


def todo_groups(actor: Actor, *, on: date, limit: int = 50) -> list[TodoGroup]:
    """Open items due until a week after `on`, grouped by kind and period, longest overdue first. One query."""
    # Each term ends on a day of its own: elections are one group of what is late and one of what is coming.
    of_term = DueItem.kind.in_(TERM_KINDS)
    period = case(
        (and_(of_term, DueItem.due_on < on), "late"), (of_term, "soon"), else_=DueItem.period
    ).label("period")
    rows = db.session.execute(
        select(
            DueItem.kind,
            period,
            func.min(DueItem.opens_on).label("opens_on"),
            func.min(DueItem.due_on).label("due_on"),
            func.count(DueItem.unit_id.distinct()).label("units"),
            func.array_agg(aggregate_order_by(cast(Unit.name, Text), Unit.path), type_=ARRAY(Text)).label(
                "names"
            ),
        )
        .join(Unit, _unit_of_item())
        .where(
            DueItem.state == "open",
            DueItem.due_on <= on + SOON,
            reach_filter(actor, Permission.DUTY_VIEW, Unit.path),
        )
        .group_by(DueItem.kind, period)
        .order_by(func.min(DueItem.due_on), DueItem.kind)
        .limit(limit)
    ).all()
    return [
        TodoGroup(
            row.kind,
            "" if row.kind in TERM_KINDS else row.period,
            row.opens_on,
            row.due_on,
            row.units,
            list(dict.fromkeys(row.names))[:NAMES],
        )
        for row in rows
    ]


def unit_todo(
    actor: Actor, unit_id: int | None, on: date, *, ahead: timedelta = SOON, limit: int = 50
) -> list[TodoItem]:
    """Open items of one unit (None: of every unit in reach) due until `ahead` after `on`, overdue first. One query.

    An election stands there from its first reminder on, six months ahead.
    """
    statement = (
        select(
            DueItem.id,
            DueItem.unit_id,
            Unit.name,
            DueItem.kind,
            DueItem.period,
            DueItem.opens_on,
            DueItem.due_on,
        )
        .join(Unit, _unit_of_item())
        .where(
            DueItem.state == "open",
            or_(DueItem.due_on <= on + ahead, and_(DueItem.kind.in_(TERM_KINDS), DueItem.opens_on <= on)),
            reach_filter(actor, Permission.DUTY_VIEW, Unit.path),
        )
        .order_by(DueItem.due_on, DueItem.id)
        .limit(limit)
    )
    if unit_id is not None:
        statement = statement.where(DueItem.unit_id == unit_id)
    return [TodoItem(*row) for row in db.session.execute(statement)]


def fulfilment_by_month(actor: Actor, year: int, *, unit_id: int | None = None) -> list[Month]:
    """Twelve months by the day things fell due, for the units in reach. One query."""
    month = extract("month", DueItem.due_on)
    done = DueItem.state == "done"
    statement = (
        select(
            month,
            func.count(),
            func.count().filter(done, DueItem.made_up.is_(False)),
            func.count().filter(done, DueItem.made_up.is_(True)),
            func.count().filter(DueItem.state == "open", DueItem.due_on < today()),
        )
        .join(Unit, _unit_of_item())
        .where(
            DueItem.year.in_((year - 1, year)),
            DueItem.due_on.between(date(year, 1, 1), date(year, 12, 31)),
            DueItem.state.in_(("open", "done")),
            reach_filter(actor, Permission.DUTY_VIEW, Unit.path),
        )
        .group_by(month)
    )
    if unit_id is not None:
        statement = statement.where(DueItem.unit_id == unit_id)
    found = {int(row[0]): Month(int(row[0]), *row[1:]) for row in db.session.execute(statement)}
    return [found.get(number, Month(number, 0, 0, 0, 0)) for number in range(1, 13)]


def unit_states(actor: Actor, on: date, *, limit: int = 1000) -> list[UnitState]:
    """Units in reach that have duties, with what is overdue and what is due within a week; worst first. One query."""
    overdue = func.count().filter(DueItem.state == "open", DueItem.due_on < on)
    soon = func.count().filter(DueItem.state == "open", DueItem.due_on.between(on, on + SOON))
    rows = db.session.execute(
        select(Unit.id, Unit.name, overdue, soon)
        .join(DueItem, _unit_of_item())
        .where(
            DueItem.year.in_((on.year - 1, on.year)),
            DueItem.state.in_(("open", "done")),
            Unit.state == "active",
            reach_filter(actor, Permission.DUTY_VIEW, Unit.path),
        )
        .group_by(Unit.id, Unit.name, Unit.path)
        .order_by(overdue.desc(), soon.desc(), Unit.path)
        .limit(limit)
    )
    return [UnitState(*row) for row in rows]
