"""The log of reminders: who was told what, when, by which way, and what became of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.kinds import KINDS
from shared.members.models import Person
from shared.messages.models import Delivery, Occasion
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.reminders.stages import stage_name

PAGE = 50
#: The counts on top look so many days back.
DAYS = 30
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines. `outcome`: lost, waiting, sent, read, spared, or '' for all."""

    outcome: str = ""
    day: date | None = None
    occasion_id: int | None = None

    def fields(self) -> dict[str, str]:
        found = {"outcome": self.outcome}
        if self.day:
            found["day"] = self.day.isoformat()
        if self.occasion_id:
            found["occasion"] = str(self.occasion_id)
        return found


@dataclass(frozen=True, slots=True)
class LogLine:
    id: int
    on_date: date
    stage: str
    due_item_id: int
    kind: str
    period: str
    due_on: date
    unit_id: int
    unit_name: str
    person_id: int
    person_name: str
    channel: str
    #: lost, waiting, sent, read or spared.
    outcome: str
    reason: str | None
    at: datetime | None

    @property
    def what(self) -> str:
        return period_label(self.period) + str(KINDS[self.kind].name)

    @property
    def stage_name(self) -> str:
        return stage_name(self.stage)


#: What became of a reminder, from its own row and its message's.
OUTCOME: ColumnElement[str] = case(
    (or_(Reminder.reason == "no_address", Delivery.state == "failed"), "lost"),
    (or_(Reminder.reason.is_not(None), Delivery.state == "suppressed"), "spared"),
    (and_(Delivery.state == "sent", Delivery.read_at.is_not(None)), "read"),
    (Delivery.state == "sent", "sent"),
    else_="waiting",
)


def _lines(columns: tuple[Any, ...], actor: Actor, given: LogFilter) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(Reminder)
        .join(DueItem, and_(DueItem.tenant_id == Reminder.tenant_id, DueItem.id == Reminder.due_item_id))
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .join(
            Delivery,
            and_(Delivery.tenant_id == Reminder.tenant_id, Delivery.id == Reminder.delivery_id),
            isouter=True,
        )
        .where(reach_filter(actor, Permission.REMINDER_VIEW, Unit.path))
    )
    if given.outcome:
        statement = statement.where(OUTCOME.in_((given.outcome,)))
    if given.day is not None:
        statement = statement.where(Reminder.on_date == given.day)
    if given.occasion_id is not None:
        statement = statement.where(Delivery.occasion_id == given.occasion_id)
    return statement


def reminder_log(
    actor: Actor, given: LogFilter, *, before: int | None = None, size: int = PAGE
) -> list[LogLine]:
    """A page of lines in the actor's reach, newest first, and one more when there is another page. One query."""
    columns = (
        Reminder.id,
        Reminder.on_date,
        Reminder.stage,
        DueItem.id,
        DueItem.kind,
        DueItem.period,
        DueItem.due_on,
        Unit.id,
        Unit.name,
        Person.id,
        Person.name,
        Reminder.channel,
        OUTCOME,
        func.coalesce(Reminder.reason, Delivery.reason),
        func.coalesce(Delivery.read_at, Delivery.sent_at),
    )
    statement = (
        _lines(columns, actor, given)
        .join(Person, and_(Person.tenant_id == Reminder.tenant_id, Person.id == Reminder.person_id))
        .order_by(Reminder.id.desc())
        .limit(size + 1)
    )
    if before is not None:
        statement = statement.where(Reminder.id < before)
    return [LogLine(*row) for row in db.session.execute(statement)]


def reminder_counts(actor: Actor, given: LogFilter) -> dict[str, int]:
    """Lines by outcome within the last 30 days (or the chosen day or occasion), counted up to 10,000. One query."""
    since = today() - timedelta(days=DAYS)
    rows = (
        _lines((OUTCOME.label("outcome"),), actor, replace(given, outcome=""))
        .where(Reminder.on_date >= since)
        .limit(COUNTED)
        .subquery()
    )
    found = db.session.execute(select(rows.c.outcome, func.count()).group_by(rows.c.outcome))
    return {row[0]: row[1] for row in found}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One press or digest, with what became of its messages."""

    occasion_id: int
    kind: str
    at: datetime
    by: str | None
    people: int
    reached: int
    read: int
    lost: int


def recent_receipts(actor: Actor, *, limit: int = 5) -> list[Receipt]:
    """The last occasions that reached units in the actor's reach, newest first. One query."""
    person = Delivery.person_id.distinct()
    statement = (
        _lines(
            (
                Occasion.id,
                Occasion.kind,
                Occasion.created_at,
                Person.name,
                func.count(person),
                func.count(person).filter(Delivery.state == "sent"),
                func.count(person).filter(Delivery.read_at.is_not(None)),
                func.count(person).filter(Delivery.state == "failed"),
            ),
            actor,
            LogFilter(),
        )
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .join(
            Person,
            and_(Person.tenant_id == Occasion.tenant_id, Person.id == Occasion.caused_by),
            isouter=True,
        )
        .where(Reminder.on_date >= today() - timedelta(days=DAYS))
        .group_by(Occasion.id, Occasion.kind, Occasion.created_at, Person.name)
        .order_by(Occasion.id.desc())
        .limit(limit)
    )
    return [Receipt(*row) for row in db.session.execute(statement)]
