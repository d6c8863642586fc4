"""Whom a press of 提醒 would reach: counted before it, listed on demand, and the block of text to paste elsewhere."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import CTE, BigInteger, ColumnElement, Text, and_, any_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.duties.queries import DueFilter, due_filter_statement
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.members.models import Person
from shared.messages.channels import NOWHERE
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.reminders.queries.recipients import TOLD, parameters
from shared.reminders.stages import PRESS

KEYS = ARRAY(BigInteger)


@dataclass(frozen=True, slots=True)
class PressPreview:
    """What a press would do now. People without any address are counted, not reminded; they stand in the call list."""

    #: Open items of the filter, and their units.
    items: int
    all_units: int
    #: Units and people a message would go to.
    units: int
    people: int
    without_address: int
    #: People reminded by hand of all of it today; not reminded again.
    already: int
    #: Units for which nobody answers.
    nobody: int


@dataclass(frozen=True, slots=True)
class PressPerson:
    """One line of the list before a press."""

    person_id: int
    name: str
    items: int
    units: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    already: bool = False


def press_stage(on: date) -> str:
    return f"{PRESS}:{on}"


def press_ids(actor: Actor, given: DueFilter) -> list[int]:
    """The open items of the filter that the actor may remind of; at most what the tenant has, as keys only."""
    return list(
        db.session.scalars(
            due_filter_statement(actor, given, may=Permission.REMINDER_SEND).order_by(DueItem.id)
        )
    )


def already_told(told: CTE, stage: str) -> ColumnElement[bool]:
    """Whether a row of `told` was reminded by hand today."""
    return exists(
        select(1).where(
            Reminder.due_item_id == told.c.due_item_id,
            Reminder.person_id == told.c.person_id,
            Reminder.channel == told.c.channel,
            Reminder.stage == stage,
        )
    )


def press_preview(actor: Actor, given: DueFilter) -> PressPreview:
    """The counts that stand before the button. Three queries, however many rows."""
    return preview_of(press_ids(actor, given))


def preview_of(ids: list[int]) -> PressPreview:
    """The same for known items."""
    told = TOLD.cte("told")
    rows = select(
        told.c.unit_id,
        told.c.person_id,
        (told.c.channel != NOWHERE).label("open"),
        already_told(told, press_stage(today())).label("already"),
    ).subquery()
    people = func.count(rows.c.person_id.distinct())
    row = db.session.execute(
        select(
            func.count(rows.c.unit_id.distinct()).label("answered"),
            func.count(rows.c.unit_id.distinct()).filter(rows.c.open, ~rows.c.already).label("units"),
            people.filter(rows.c.open, ~rows.c.already).label("people"),
            people.filter(~rows.c.open).label("without_address"),
            people.filter(rows.c.open, rows.c.already).label("already"),
        ),
        parameters(ids),
    ).one()
    items, units = db.session.execute(
        select(func.count(), func.count(DueItem.unit_id.distinct())).where(
            DueItem.id == any_(literal(ids, KEYS))
        )
    ).one()
    return PressPreview(
        items, units, row.units, row.people, row.without_address, row.already, units - row.answered
    )


def press_people(ids: list[int], *, limit: int = 500) -> list[PressPerson]:
    """Who would be reminded, by name; at most `limit`. One query."""
    told = TOLD.cte("told")
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            func.count(told.c.due_item_id.distinct()).label("items"),
            func.array_agg(Unit.name.distinct(), type_=ARRAY(Text)).label("units"),
            func.array_agg(told.c.channel.distinct(), type_=ARRAY(Text)).label("channels"),
            func.bool_and(already_told(told, press_stage(today()))).label("already"),
        )
        .select_from(told)
        .join(Person, Person.id == told.c.person_id)
        .join(Unit, and_(Unit.tenant_id == Person.tenant_id, Unit.id == told.c.unit_id))
        .group_by(Person.id, Person.name, Person.name_key)
        .order_by(Person.name_key, Person.id)
        .limit(limit),
        parameters(ids),
    )
    return [
        PressPerson(row.id, row.name, row.items, sorted(row.units), sorted(row.channels), row.already)
        for row in rows
    ]


def not_yet_block(ids: list[int]) -> str:
    """The not-yet list as text to paste: each kind and period with its units. One query."""
    rows = db.session.execute(
        select(DueItem.kind, DueItem.period, DueItem.due_on, Unit.name)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(DueItem.id == any_(literal(ids, KEYS)))
        .order_by(DueItem.due_on, DueItem.kind, DueItem.period, Unit.path)
    )
    groups: dict[tuple[str, str, date], list[str]] = {}
    for kind, period, due_on, name in rows:
        groups.setdefault((kind, period, due_on), []).append(name)
    return "\n\n".join(_block(*key, list(dict.fromkeys(names))) for key, names in groups.items())


def _block(kind: str, period: str, due_on: date, names: list[str]) -> str:
    title = period_label(period, with_year=True) + str(KINDS[kind].name)
    head = _("%(title)s, due %(day)s, not yet recorded (%(n)s):", title=title, day=due_on, n=len(names))
    return head + "\n" + "\n".join(names)
