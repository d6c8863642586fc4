"""Deeds the former holder was charged with at the unit, and the contact points of the office: the successor's now."""

from sqlalchemy import ColumnElement, and_, false, func, select, update

from shared.access.actor import Actor
from shared.accounts.models import Handover
from shared.contacts.actions.points import pass_points
from shared.contacts.models import ContactPoint
from shared.db import db
from shared.deeds.models import Deed
from shared.organisations.models import Unit
from shared.reminders.handed.part import LINES, Open, Part


def _charged(handover: Handover) -> ColumnElement[bool]:
    if handover.from_person_id is None:
        return false()
    return and_(
        Deed.unit_id == handover.unit_id,
        Deed.owner_id == handover.from_person_id,
        Deed.state.in_(("open", "returned", "done")),
    )


def read_deeds(handover: Handover) -> Part:
    """The earliest day first. One query."""
    rows = db.session.execute(
        select(Deed.title, Deed.due_on, func.count().over())
        .where(_charged(handover))
        .order_by(Deed.due_on, Deed.id)
        .limit(LINES)
    ).all()
    return Part(rows[0][2] if rows else 0, [Open(title, "", due_on) for title, due_on, _n in rows])


def take_deeds(actor: Actor, handover: Handover) -> int:
    return len(
        db.session.scalars(
            update(Deed)
            .where(_charged(handover))
            .values(owner_id=handover.to_person_id, version=Deed.version + 1)
            .returning(Deed.id)
            .execution_options(synchronize_session=False)
        ).all()
    )


def read_points(handover: Handover) -> Part:
    """The units that the former kept in touch with by this office. One query."""
    if handover.from_person_id is None:
        return Part(0)
    rows = db.session.execute(
        select(Unit.name, ContactPoint.since, func.count().over())
        .join(Unit, and_(Unit.tenant_id == ContactPoint.tenant_id, Unit.id == ContactPoint.unit_id))
        .where(
            ContactPoint.by_unit_id == handover.unit_id,
            ContactPoint.person_id == handover.from_person_id,
            ContactPoint.until.is_(None),
        )
        .order_by(Unit.path)
        .limit(LINES)
    ).all()
    return Part(rows[0][2] if rows else 0, [Open(name, "", since) for name, since, _n in rows])


def take_points(actor: Actor, handover: Handover) -> int:
    if handover.from_person_id is None:
        return 0
    return pass_points(
        actor,
        unit_id=handover.unit_id,
        from_person_id=handover.from_person_id,
        to_person_id=handover.to_person_id,
    )
