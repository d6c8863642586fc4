"""Reminders that no message carries."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.kinds import KINDS
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.reminders.stages import stage_name

#: Shown at most.
LOOSE = 50


@dataclass(frozen=True, slots=True)
class Unsent:
    """A reminder that no message carries, with its reason."""

    id: int
    on_date: date
    what: str
    unit_name: str
    stage: str
    outcome: str
    reason: str | None


def unsent(actor: Actor, person_id: int, *, since: date) -> list[Unsent]:
    """Reminders of items in reach that went by no message since a day, newest first. One query."""
    rows = db.session.execute(
        select(
            Reminder.id,
            Reminder.on_date,
            DueItem.period,
            DueItem.kind,
            Unit.name,
            Reminder.stage,
            Reminder.reason,
        )
        .join(DueItem, and_(DueItem.tenant_id == Reminder.tenant_id, DueItem.id == Reminder.due_item_id))
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(
            Reminder.person_id == person_id,
            Reminder.delivery_id.is_(None),
            Reminder.on_date >= since,
            reach_filter(actor, Permission.REMINDER_VIEW, Unit.path),
        )
        .order_by(Reminder.id.desc())
        .limit(LOOSE)
    )
    return [
        Unsent(
            row.id,
            row.on_date,
            period_label(row.period) + str(KINDS[row.kind].name),
            row.name,
            stage_name(row.stage),
            "lost" if row.reason == "no_address" else "spared" if row.reason else "waiting",
            row.reason,
        )
        for row in rows
    ]
