"""The call list: who answers for open items and can be reached by no message."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Text, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.models import Seat
from shared.db import db
from shared.duties.models import DueItem
from shared.members.models import Person
from shared.members.numbers import show_phone
from shared.messages.channels import NOWHERE
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.tenants.queries import keys

#: A printed list is no longer than this; the page says when it is cut.
LIMIT = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One person to telephone. `phone` is masked unless asked for in full."""

    person_id: int
    name: str
    units: list[str]
    items: int
    first_due: date
    phone: str


def call_list(actor: Actor, *, full: bool = False, may: Permission = Permission.REMINDER_VIEW) -> list[Call]:
    """People in the actor's reach without account and mail who were to be told of items still open. Two queries."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            Person.phone_sealed,
            func.array_agg(Unit.name.distinct(), type_=ARRAY(Text)).label("units"),
            func.count(DueItem.id.distinct()).label("items"),
            func.min(DueItem.due_on).label("first_due"),
        )
        .select_from(Reminder)
        .join(DueItem, and_(DueItem.tenant_id == Reminder.tenant_id, DueItem.id == Reminder.due_item_id))
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .join(Person, and_(Person.tenant_id == Reminder.tenant_id, Person.id == Reminder.person_id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
            isouter=True,
        )
        .where(
            Reminder.channel == NOWHERE,
            DueItem.state == "open",
            Unit.state == "active",
            Person.state == "active",
            func.coalesce(Person.email, "") == "",
            Seat.id.is_(None),
            reach_filter(actor, may, Unit.path),
        )
        .group_by(Person.id, Person.name, Person.name_key, Person.phone_sealed)
        .order_by(func.min(DueItem.due_on), Person.name_key, Person.id)
        .limit(LIMIT + 1)
    ).all()
    working = keys()
    return [
        Call(
            row.id,
            row.name,
            sorted(row.units),
            row.items,
            row.first_due,
            show_phone(working, row.phone_sealed, full=full),
        )
        for row in rows
    ]
