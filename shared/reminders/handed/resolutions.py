"""What the former holder was charged with by resolutions of the unit: the successor does it."""

from sqlalchemy import ColumnElement, and_, false, func, select, update

from shared.access.actor import Actor
from shared.accounts.models import Handover
from shared.db import db
from shared.events.models import Resolution
from shared.reminders.handed.part import LINES, Open, Part


def _charged(handover: Handover) -> ColumnElement[bool]:
    if handover.from_person_id is None:
        return false()
    return and_(
        Resolution.unit_id == handover.unit_id,
        Resolution.owner_id == handover.from_person_id,
        Resolution.state == "open",
    )


def read_resolutions(handover: Handover) -> Part:
    """The earliest day first. One query."""
    rows = db.session.execute(
        select(Resolution.content, Resolution.due_on, func.count().over())
        .where(_charged(handover))
        .order_by(Resolution.due_on.asc().nulls_last(), Resolution.id)
        .limit(LINES)
    ).all()
    return Part(rows[0][2] if rows else 0, [Open(content, "", due_on) for content, due_on, _n in rows])


def take_resolutions(actor: Actor, handover: Handover) -> int:
    """They are the successor's, who is told anew of what is past its day."""
    return len(
        db.session.scalars(
            update(Resolution)
            .where(_charged(handover))
            .values(owner_id=handover.to_person_id, told_on=None)
            .returning(Resolution.id)
            .execution_options(synchronize_session=False)
        ).all()
    )
