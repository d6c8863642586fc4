"""Mobile members (流动党员): registered out and in, contact kept, returned. Rules: shared.members.mobility."""

from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.actions.belonging import end_membership
from shared.members.mobility import REASONS, WAYS
from shared.members.models import Membership, MobileContact, MobileStay, Person

MAX_PLACE = 100


def living_stay(person_id: int) -> MobileStay | None:
    """The stay that lasts, if there is one; held until the transaction ends."""
    found: MobileStay | None = db.session.execute(
        select(MobileStay)
        .where(MobileStay.person_id == person_id, MobileStay.until.is_(None))
        .with_for_update()
    ).scalar_one_or_none()
    return found


def _cut(text: str, field: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > MAX_PLACE:
        raise Invalid(fields={field: _("At most %(n)s characters.", n=MAX_PLACE)})
    return plain


def register_stay(
    actor: Actor,
    person: Person,
    membership: Membership,
    *,
    reason: str,
    place: str,
    host: str = "",
    contact_id: int | None = None,
    since: date,
    form_key: str | None = None,
) -> MobileStay:
    """Note that a member is away (流出), or, whose relation is `in`, that they are here from elsewhere (流入).

    Who is registered so already gets place, host, reason and contact anew; the days of contact stay. The member
    stays on the unit's roll as away. Raises Conflict while a transfer is on its way, Invalid with the field.
    """
    if membership.until is not None or membership.person_id != person.id:
        raise Conflict(_("There is no such membership."))
    if membership.relation == "leaving":
        raise Conflict(_("A transfer of %(name)s is on its way; withdraw it first.", name=person.name))
    direction = "in" if membership.relation == "in" else "out"
    where = _cut(place, "place")
    if not where:
        raise Invalid(fields={"place": _("Write the place.")})
    if reason not in REASONS:
        raise Invalid(fields={"reason": _("Choose why the person is away.")})
    if since > today() or since.year < 1950:
        raise Invalid(fields={"since": _("This cannot be right: %(day)s", day=since)})
    if contact_id == person.id:
        raise Invalid(fields={"contact_id": _("Somebody else keeps the contact.")})
    stay = living_stay(person.id)
    new = stay is None
    if stay is None:
        stay = MobileStay(person_id=person.id, direction=direction, form_key=form_key or None)
    stay.unit_id, stay.reason, stay.place, stay.host = membership.unit_id, reason, where, _cut(host, "host")
    stay.contact_id, stay.since = contact_id, since
    db.session.add(stay)
    if direction == "out":
        membership.relation = "out"
    db.session.flush()
    record(
        actor,
        verb="mobile.begin" if new else "mobile.change",
        object_type="person",
        object_id=person.id,
        unit_id=membership.unit_id,
        detail={"kind": direction, "reason": reason, "since": since.isoformat()},
    )
    return stay


def note_contact(actor: Actor, stay: MobileStay, *, on: date, way: str, form_key: str) -> MobileContact:
    """Note that contact was kept; the same form again is the same contact."""
    if way not in WAYS:
        raise Invalid(fields={"way": _("Choose how contact was kept.")})
    if on > today() or on < stay.since:
        raise Invalid(fields={"on": _("The day lies in the future or before the beginning: %(day)s", day=on)})
    noted = db.session.execute(
        select(MobileContact).where(MobileContact.form_key == form_key)
    ).scalar_one_or_none()
    if noted is not None:
        return noted
    if stay.until is not None:
        raise Conflict(_("The stay ended on %(day)s already.", day=stay.until))
    contact = MobileContact(stay_id=stay.id, on_date=on, by_id=actor.person_id, way=way, form_key=form_key)
    db.session.add(contact)
    db.session.flush()
    record(
        actor,
        verb="mobile.contact",
        object_type="person",
        object_id=stay.person_id,
        unit_id=stay.unit_id,
        detail={"on": on.isoformat(), "by": way},
    )
    return contact


def end_stay(actor: Actor, membership: Membership, stay: MobileStay | None, *, on: date) -> None:
    """The person is back (流出), or no longer here (流入: the membership here ends with it)."""
    if membership.relation not in ("out", "in") or membership.until is not None:
        raise Conflict(_("This person is not registered as mobile."))
    begun = stay.since if stay is not None else membership.since
    if on > today() or on < begun:
        raise Invalid(fields={"on": _("The day lies in the future or before the beginning: %(day)s", day=on)})
    if stay is not None:
        stay.until = on
    if membership.relation == "in":
        end_membership(actor, membership, on=on, reason="left")
    else:
        membership.relation = "registered"
    record(
        actor,
        verb="mobile.end",
        object_type="person",
        object_id=membership.person_id,
        unit_id=membership.unit_id,
        detail={"on": on.isoformat()},
    )
