"""Contact points: named, ended, passed on with the office."""

from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import today
from shared.contacts.models import ContactPoint
from shared.contacts.queries.people import office_of
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "contact"
MAX_REMARK = 200
EARLIEST = date(2000, 1, 1)


def name_point(
    actor: Actor, *, unit: Unit, person_id: int, since: date, remark: str, form_key: str
) -> ContactPoint:
    """`person_id` keeps in touch with `unit` from that day on. The same form again gives the same contact point.

    Raises Invalid with the fields that are wrong, also where the person keeps in touch with the unit already.
    """
    found = db.session.execute(
        select(ContactPoint).where(ContactPoint.form_key == form_key)
    ).scalar_one_or_none()
    if found is not None:
        return found
    wrong: dict[str, object] = {}
    if unit.state != "active":
        wrong["unit_id"] = _("This unit exists no more.")
    if not EARLIEST <= since <= today():
        wrong["since"] = _("The day lies before %(first)s or in the future.", first=EARLIEST.isoformat())
    if len(remark) > MAX_REMARK:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_REMARK)
    if current(unit.id, person_id) is not None:
        wrong["person"] = _("Keeps in touch with this unit already.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(remark)
    row = ContactPoint(
        person_id=person_id,
        unit_id=unit.id,
        by_unit_id=office_of(person_id),
        since=since,
        remark=remark.strip(),
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, verb="contact.name", object_type="contact_point", object_id=row.id, unit_id=unit.id)
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{row.id}",
        detail={"contact_id": row.id},
        person_ids={person_id, *answering_for(unit.id)} - {actor.person_id},
    )
    return row


def current(unit_id: int, person_id: int) -> ContactPoint | None:
    """The open contact point of a person at a unit."""
    return db.session.execute(
        select(ContactPoint).where(
            ContactPoint.unit_id == unit_id,
            ContactPoint.person_id == person_id,
            ContactPoint.until.is_(None),
        )
    ).scalar_one_or_none()


def end_point(actor: Actor, *, point: ContactPoint, until: date) -> bool:
    """Its last day, at most today; its visits stay. False: it was ended that day already. Raises Conflict, Invalid."""
    if point.until == until:
        return False
    if point.until is not None:
        raise Conflict(_("This has ended already."))
    if not point.since <= until <= today():
        raise Invalid(
            _("Some fields need another look."),
            fields={"until": _("The end lies before the beginning, or in the future.")},
        )
    point.until = until
    record(
        actor,
        verb="contact.end",
        object_type="contact_point",
        object_id=point.id,
        unit_id=point.unit_id,
    )
    return True


def pass_points(actor: Actor, *, unit_id: int, from_person_id: int, to_person_id: int) -> int:
    """What the former leader of `unit_id` kept in touch with by that office is the successor's from today."""
    passed = list(
        db.session.scalars(
            select(ContactPoint)
            .where(
                ContactPoint.by_unit_id == unit_id,
                ContactPoint.person_id == from_person_id,
                ContactPoint.until.is_(None),
            )
            .order_by(ContactPoint.id)
            .with_for_update()
        )
    )
    held = set(
        db.session.scalars(
            select(ContactPoint.unit_id).where(
                ContactPoint.person_id == to_person_id, ContactPoint.until.is_(None)
            )
        )
    )
    for point in passed:
        point.until = max(point.since, today())
        if point.unit_id in held:
            continue
        db.session.add(
            ContactPoint(
                person_id=to_person_id,
                unit_id=point.unit_id,
                by_unit_id=unit_id,
                since=point.until,
                remark=point.remark,
                former_id=point.id,
                created_by=actor.person_id,
                form_key=f"taken over {point.id}",
            )
        )
        record(
            actor,
            verb="contact.pass",
            object_type="contact_point",
            object_id=point.id,
            unit_id=point.unit_id,
        )
    db.session.flush()
    return len(passed)
