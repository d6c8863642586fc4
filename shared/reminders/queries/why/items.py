"""The open items of somebody's units, each with what was told of it or why nothing was yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, select

from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.events.kinds import TERM_KINDS
from shared.i18n import _
from shared.members.models import Person
from shared.messages.models import Delivery
from shared.messages.reasons import help_text
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.log import OUTCOME
from shared.reminders.queries.recipients import answering
from shared.reminders.queries.why.standing import Standing
from shared.reminders.queries.why.verdicts import Item, Told, verdict

#: Items shown at most; those nearest their last day first.
ITEMS = 60
#: How far the items look ahead and back, in days from their last day.
AHEAD, BACK = 100, 366


@dataclass(frozen=True, slots=True)
class ItemWhy:
    """One open (or exempt) item of a unit of the person's. `state`: told, waits, lost or idle."""

    due_item_id: int
    what: str
    due_on: date
    unit_id: int
    unit_name: str
    state: str
    said: str
    help: str
    reason: str = ""


def _items(unit_ids: Iterable[int], on: date) -> list[Item]:
    return [
        Item(*row)
        for row in db.session.execute(
            select(
                DueItem.id,
                DueItem.kind,
                DueItem.rule_id,
                DueItem.period,
                DueItem.opens_on,
                DueItem.due_on,
                DueItem.state,
                Unit.id,
                Unit.name,
                Unit.state,
                Unit.duties_since,
            )
            .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
            .where(
                DueItem.unit_id.in_(list(unit_ids)),
                DueItem.state.in_(("open", "exempt")),
                DueItem.due_on >= on - timedelta(days=BACK),
                DueItem.due_on <= on + timedelta(days=AHEAD),
            )
            .order_by(func.abs(DueItem.due_on - on), DueItem.id)
            .limit(ITEMS)
        )
    ]


def _told(person_id: int, item_ids: list[int]) -> dict[int, list[Told]]:
    """What the person was told of each item, in the order in which it came. One query."""
    found: dict[int, list[Told]] = {}
    for row in db.session.execute(
        select(
            Reminder.due_item_id,
            Reminder.stage,
            Reminder.channel,
            Reminder.on_date,
            OUTCOME,
            func.coalesce(Reminder.reason, Delivery.reason),
            func.coalesce(Delivery.sent_at, Delivery.not_before),
        )
        .join(
            Delivery,
            and_(Delivery.tenant_id == Reminder.tenant_id, Delivery.id == Reminder.delivery_id),
            isouter=True,
        )
        .where(Reminder.person_id == person_id, Reminder.due_item_id.in_(item_ids))
        .order_by(Reminder.id)
    ):
        found.setdefault(row[0], []).append(Told(*row[1:]))
    return found


def items_why(person: Person, standing: Standing, steps: Ladder) -> list[ItemWhy]:
    """The open and exempt items of the person's units in reach, nearest their last day first. At most six queries."""
    on = today()
    answers = {unit_id for unit_id, _name in standing.answers}
    items = _items(answers | {unit_id for unit_id, _name in standing.belongs}, on)
    if not items:
        return []
    told = _told(person.id, [item.id for item in items])
    notice = _notice({item.rule_id for item in items if item.kind in TERM_KINDS})
    others = {item.unit_id for item in items} - answers
    names = _names(answering(others, on=on)) if others else {}
    found = []
    for item in items:
        state, said, reason, do = verdict(
            item, told.get(item.id, []), person, standing, steps, notice.get(item.rule_id, []), names, on
        )
        found.append(
            ItemWhy(
                item.id,
                item.what,
                item.due_on,
                item.unit_id,
                item.unit_name,
                state,
                said,
                do or help_text(reason),
                reason,
            )
        )
    return found


def _notice(rule_ids: set[int]) -> dict[int, list[int]]:
    if not rule_ids:
        return {}
    rows = db.session.execute(select(Rule.id, Rule.notice_months).where(Rule.id.in_(rule_ids)))
    return {row.id: list(row.notice_months or []) for row in rows}


def _names(answers: dict[int, set[int]]) -> dict[int, str]:
    """Who answers for each unit, by name."""
    people = set().union(*answers.values())
    by_key = (
        {
            row.id: row.name
            for row in db.session.execute(
                select(Person.id, Person.name).where(Person.id.in_(people)).order_by(Person.name_key)
            )
        }
        if people
        else {}
    )
    return {
        unit_id: _(", ").join(name for key, name in by_key.items() if key in ids)
        for unit_id, ids in answers.items()
    }
