"""The watch-list: what needs something first, by its last day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, any_, exists, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission, Reach
from shared.access.roles import ROLES
from shared.clock import today
from shared.db import db
from shared.duties.periods import months_after
from shared.duties.queries.filters import below
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.watchlist.models import WatchCondition, WatchEntry, WatchMeasure, WatchMonth
from shared.watchlist.queries.ledger import ON_THE_LIST

PAGE = 50
CAP = 10_000
VIEWS = ("late", "standing", "applied", "off", "all")


@dataclass(frozen=True, slots=True)
class WatchFilter:
    """`view`: late (a measure, a month or the last day), standing on the list, applied (to be agreed to), off, all."""

    view: str = "standing"
    unit_id: int | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class WatchRow:
    id: int
    unit_id: int
    unit_name: str
    state: str
    decided_on: date
    until: date
    turn: int
    leader: str
    secretary: str
    closed_on: date | None
    conditions: list[str]
    #: Lines of the plan, done and late ones of them.
    planned: int
    done: int
    late_measures: int
    #: The progress of the month that has ended is missing.
    month_missing: bool

    @property
    def over(self) -> bool:
        """Whether the last day itself has passed while the unit stands on the list."""
        return self.state in ON_THE_LIST and self.until < today()

    @property
    def late(self) -> bool:
        return self.state in ON_THE_LIST and (
            self.until < today() or bool(self.late_measures) or self.month_missing
        )


def last_month() -> date:
    """The first day of the month that has ended."""
    return months_after(today().replace(day=1), -1)


def month_missing() -> ColumnElement[bool]:
    """On the list for all of the month that has ended, and nothing said of it."""
    month = last_month()
    return and_(
        WatchEntry.state.in_(ON_THE_LIST),
        WatchEntry.decided_on < month,
        ~exists(
            select(1).where(
                WatchMonth.tenant_id == WatchEntry.tenant_id,
                WatchMonth.entry_id == WatchEntry.id,
                WatchMonth.month == month,
            )
        ),
    )


def _late(on: date) -> ColumnElement[bool]:
    measure = exists(
        select(1).where(
            WatchMeasure.tenant_id == WatchEntry.tenant_id,
            WatchMeasure.entry_id == WatchEntry.id,
            WatchMeasure.done_on.is_(None),
            WatchMeasure.due_on < on,
        )
    )
    return and_(WatchEntry.state.in_(ON_THE_LIST), or_(WatchEntry.until < on, measure, month_missing()))


def _conditions(actor: Actor, given: WatchFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        reach_filter(actor, Permission.FINDING_VIEW, Unit.path),
        {
            "late": _late(today()),
            "standing": WatchEntry.state.in_(ON_THE_LIST),
            "applied": WatchEntry.state.in_(("applied", "reviewed")),
            "off": WatchEntry.state == "off",
            "all": WatchEntry.state != "void",
        }[given.view],
    ]
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    return found


def _joined(statement: Any) -> Any:
    return statement.join(Unit, and_(Unit.tenant_id == WatchEntry.tenant_id, Unit.id == WatchEntry.unit_id))


def _rows(*where: Any) -> Any:
    leader, secretary = aliased(Person), aliased(Person)
    of_entry = (WatchMeasure.tenant_id == WatchEntry.tenant_id, WatchMeasure.entry_id == WatchEntry.id)
    plan = (
        select(
            func.count().label("planned"),
            func.count(WatchMeasure.done_on).label("done"),
            func.count().filter(WatchMeasure.done_on.is_(None), WatchMeasure.due_on < today()).label("late"),
        )
        .where(*of_entry)
        .lateral()
    )
    keys = (
        select(func.array_agg(WatchCondition.key, type_=ARRAY(Text)).label("keys"))
        .where(WatchCondition.tenant_id == WatchEntry.tenant_id, WatchCondition.entry_id == WatchEntry.id)
        .scalar_subquery()
    )
    return (
        _joined(
            select(
                WatchEntry.id,
                WatchEntry.unit_id,
                Unit.name,
                WatchEntry.state,
                WatchEntry.decided_on,
                WatchEntry.until,
                WatchEntry.turn,
                func.coalesce(leader.name, ""),
                func.coalesce(secretary.name, ""),
                WatchEntry.closed_on,
                keys,
                plan.c.planned,
                plan.c.done,
                plan.c.late,
                month_missing(),
            ).select_from(WatchEntry)
        )
        .join(plan, WatchEntry.id.is_not(None))
        .join(
            leader,
            and_(leader.tenant_id == WatchEntry.tenant_id, leader.id == WatchEntry.leader_id),
            isouter=True,
        )
        .join(
            secretary,
            and_(secretary.tenant_id == WatchEntry.tenant_id, secretary.id == WatchEntry.secretary_id),
            isouter=True,
        )
        .where(*where)
        .order_by(WatchEntry.until, WatchEntry.id)
    )


def entries(
    actor: Actor, given: WatchFilter, *, limit: int = PAGE
) -> tuple[list[WatchRow], tuple[date, int] | None]:
    """One page in the order of the last day, and where to go on. One query."""
    statement = _rows(*_conditions(actor, given)).limit(limit + 1)
    if given.after is not None:
        statement = statement.where(tuple_(WatchEntry.until, WatchEntry.id) > given.after)
    rows = [WatchRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, (rows[-1].until, rows[-1].id) if more else None


def entry_counts(actor: Actor, given: WatchFilter) -> dict[str, int]:
    """How many stand in each view, CAP + 1 at most. One query."""
    counted = []
    for view in VIEWS:
        inner = (
            _joined(select(WatchEntry.id).select_from(WatchEntry))
            .where(*_conditions(actor, WatchFilter(view, given.unit_id)))
            .limit(CAP + 1)
            .subquery()
        )
        counted.append(select(func.count()).select_from(inner).scalar_subquery().label(view))
    row = db.session.execute(select(*counted)).one()
    return dict(zip(VIEWS, row, strict=True))


def standing_at(unit_id: int) -> WatchRow | None:
    """The entry by which a unit stands on the list now. One query; the caller has checked the right to see it."""
    row = db.session.execute(
        _rows(WatchEntry.unit_id == unit_id, WatchEntry.state.in_(ON_THE_LIST))
    ).one_or_none()
    return WatchRow(*row) if row is not None else None


def at_hand(actor: Actor) -> tuple[list[WatchRow], int]:
    """For today: what stands late at the units a person keeps, and how many wait for agreement. At most two queries."""
    kept = [
        grant.unit_id
        for grant in actor.grants
        if grant.unit_id is not None and ROLES[grant.role].reach is Reach.UNIT
    ]
    own: list[WatchRow] = []
    if kept and actor.may(Permission.FINDING_WORK):
        own = [
            WatchRow(*row)
            for row in db.session.execute(
                _rows(
                    WatchEntry.unit_id == any_(literal(kept, ARRAY(BigInteger))),
                    WatchEntry.state.in_(ON_THE_LIST),
                )
            )
        ]
    waiting = 0
    if actor.may(Permission.FINDING_APPROVE):
        inner = (
            _joined(select(WatchEntry.id).select_from(WatchEntry))
            .where(
                WatchEntry.state.in_(("applied", "reviewed")),
                reach_filter(actor, Permission.FINDING_APPROVE, Unit.path),
                WatchEntry.applied_by.is_distinct_from(actor.person_id),
                WatchEntry.approved_by.is_distinct_from(actor.person_id),
            )
            .limit(CAP + 1)
            .subquery()
        )
        waiting = db.session.scalar(select(func.count()).select_from(inner)) or 0
    return own, waiting
