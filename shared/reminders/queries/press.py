"""Whom a press of 提醒 would reach: counted before it, listed on demand, and the block of text to paste elsewhere."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, select

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
from shared.reminders.queries.recipients import Told, among, told_by_hand, told_of
from shared.reminders.stages import PRESS


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


def press_items(actor: Actor, given: DueFilter) -> dict[int, int]:
    """The open items of the filter that the actor may remind of, each with its unit. One query."""
    rows = db.session.execute(
        due_filter_statement(actor, given, may=Permission.REMINDER_SEND).add_columns(DueItem.unit_id)
    )
    return {row[0]: row[1] for row in rows}


def pressed_today(due_item_ids: list[int]) -> set[tuple[int, int, str]]:
    """What was reminded by hand today already: (item, person, channel). One query."""
    return {
        (due_item_id, person_id, channel)
        for due_item_id, person_id, channel in db.session.execute(
            select(Reminder.due_item_id, Reminder.person_id, Reminder.channel).where(
                among(Reminder.due_item_id, due_item_ids), Reminder.stage == press_stage(today())
            )
        )
    }


@dataclass(frozen=True, slots=True)
class PressReach:
    """Whom a press for some items would reach now."""

    #: Item → unit, as far as the items are there.
    units: dict[int, int]
    told: list[Told]
    #: (item, person, way) reminded by hand today already.
    done: set[tuple[int, int, str]]

    def counted(self) -> PressPreview:
        reached = [row for row in self.told if row.channel != NOWHERE]
        new = [row for row in reached if not self.already(row)]
        people = {row.person_id for row in new}
        units = set(self.units.values())
        return PressPreview(
            items=len(self.units),
            all_units=len(units),
            units=len({row.unit_id for row in new}),
            people=len(people),
            without_address=len({row.person_id for row in self.told if row.channel == NOWHERE}),
            already=len({row.person_id for row in reached} - people),
            nobody=len(units - {row.unit_id for row in self.told}),
        )

    def already(self, row: Told) -> bool:
        return (row.due_item_id, row.person_id, row.channel) in self.done


def reach_of(ids: list[int]) -> PressReach:
    """Seven queries, however many items."""
    rows = db.session.execute(select(DueItem.id, DueItem.unit_id).where(among(DueItem.id, ids))).all()
    return PressReach({row.id: row.unit_id for row in rows}, told_by_hand(ids), pressed_today(ids))


def press_preview(actor: Actor, given: DueFilter) -> PressPreview:
    """The counts that stand before the button. Six queries, however many rows."""
    items = press_items(actor, given)
    return PressReach(items, told_of(items), pressed_today(list(items)) if items else set()).counted()


def press_people(reach: PressReach, *, limit: int = 500) -> list[PressPerson]:
    """Who would be reminded, by name; at most `limit`. Two queries."""
    rows: dict[int, list[Told]] = {}
    for row in reach.told:
        rows.setdefault(row.person_id, []).append(row)
    names = db.session.execute(
        select(Person.id, Person.name)
        .where(among(Person.id, rows))
        .order_by(Person.name_key, Person.id)
        .limit(limit)
    ).all()
    shown = {row.unit_id for person_id, _name in names for row in rows[person_id]}
    found = db.session.execute(select(Unit.id, Unit.name).where(among(Unit.id, shown)))
    units = {unit.id: unit.name for unit in found}
    return [
        PressPerson(
            person_id,
            name,
            items=len({row.due_item_id for row in rows[person_id]}),
            units=sorted({units[row.unit_id] for row in rows[person_id]}),
            channels=sorted({row.channel for row in rows[person_id]}),
            already=all(reach.already(row) for row in rows[person_id]),
        )
        for person_id, name in names
    ]


def not_yet_block(ids: list[int]) -> str:
    """The not-yet list as text to paste: each kind and period with its units. One query."""
    rows = db.session.execute(
        select(DueItem.kind, DueItem.period, DueItem.due_on, Unit.name)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(among(DueItem.id, ids))
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
