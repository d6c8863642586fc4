"""What was still to reach the former holder: reminders not yet sent, and jobs whose result is not there yet."""

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, update
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.accounts.models import Handover
from shared.clock import local, today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.kinds import KINDS
from shared.jobs import Job
from shared.messages.models import Delivery
from shared.reminders.actions.plan import plan_reminders
from shared.reminders.handed.part import LINES, Open, Part
from shared.reminders.models import Reminder
from shared.reminders.queries.ladder import ladder

#: Why a reminder to the former holder is not sent.
HANDED_OVER = "handed_over"


def _unsent(handover: Handover) -> ColumnElement[bool]:
    """Reminders of this unit to the former that no message has carried away yet."""
    if handover.from_person_id is None:
        return false()
    item, message = aliased(DueItem), aliased(Delivery)
    return and_(
        Reminder.person_id == handover.from_person_id,
        Reminder.reason.is_(None),
        exists(
            select(1).where(
                item.tenant_id == Reminder.tenant_id,
                item.id == Reminder.due_item_id,
                item.unit_id == handover.unit_id,
            )
        ),
        or_(
            Reminder.delivery_id.is_(None),
            exists(
                select(1).where(
                    message.tenant_id == Reminder.tenant_id,
                    message.id == Reminder.delivery_id,
                    message.state == "pending",
                )
            ),
        ),
    )


def read_reminders(handover: Handover) -> Part:
    """One query."""
    rows = db.session.execute(
        select(DueItem.kind, DueItem.period, func.min(Reminder.on_date), func.count().over())
        .join(Reminder, and_(Reminder.tenant_id == DueItem.tenant_id, Reminder.due_item_id == DueItem.id))
        .where(_unsent(handover))
        .group_by(DueItem.id, DueItem.kind, DueItem.period)
        .order_by(func.min(Reminder.on_date), DueItem.id)
        .limit(LINES)
    ).all()
    return Part(
        rows[0][3] if rows else 0,
        [Open(period_label(period) + str(KINDS[kind].name), "", day) for kind, period, day, _n in rows],
    )


def take_reminders(actor: Actor, handover: Handover) -> int:
    """Drop what waits for the former, with its reason, and plan the unit's steps of today for whoever answers now."""
    dropped = db.session.scalars(
        update(Reminder)
        .where(_unsent(handover))
        .values(delivery_id=None, reason=HANDED_OVER)
        .returning(Reminder.due_item_id)
        .execution_options(synchronize_session=False)
    ).all()
    plan_reminders(on=today(), ladder=ladder(), unit_id=handover.unit_id)
    return len(set(dropped))


def _running(handover: Handover) -> ColumnElement[bool]:
    if handover.from_person_id is None:
        return false()
    return and_(
        Job.unit_id == handover.unit_id,
        Job.requested_by == handover.from_person_id,
        Job.state.in_(("queued", "running")),
    )


def read_jobs(handover: Handover) -> Part:
    """One query."""
    rows = db.session.execute(
        select(Job.kind, Job.subject, Job.created_at, func.count().over())
        .where(_running(handover))
        .order_by(Job.id)
        .limit(LINES)
    ).all()
    return Part(
        rows[0][3] if rows else 0,
        [Open(subject or kind, "", local(at).date()) for kind, subject, at, _n in rows],
    )


def take_jobs(actor: Actor, handover: Handover) -> int:
    return len(
        db.session.scalars(
            update(Job)
            .where(_running(handover))
            .values(requested_by=handover.to_person_id)
            .returning(Job.id)
            .execution_options(synchronize_session=False)
        ).all()
    )
