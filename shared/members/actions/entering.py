"""Enter a person into a unit: somebody new, or somebody the tenant knows already."""

from datetime import date

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.db.types import PartialDate
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.actions.people import clean_mail, clean_name, set_identity, set_phone, set_terms
from shared.members.actions.registering import Register, clean_card, write_register
from shared.members.models import Membership, Person
from shared.members.relations import BY_HAND
from shared.members.statuses import STATUSES
from shared.members.terms import name_key
from shared.organisations.models import Unit

#: With which relation somebody may be entered: those set by hand, and who is here while registered elsewhere.
ENTERED = (*BY_HAND, "in")


def _checked(
    unit: Unit,
    status: str,
    relation: str,
    born: PartialDate | None,
    joined: PartialDate | None,
    confirmed: PartialDate | None,
    since: date | None,
) -> date:
    """The day from which the membership counts. Raises Invalid with the field that is wrong."""
    spec = STATUSES.get(status)
    if spec is None or spec.line != unit.line:
        raise Invalid(fields={"status": _("Choose what the person is in this unit.")})
    if relation not in ENTERED:
        raise Invalid(fields={"relation": _("Choose where the relationship stands.")})
    if unit.state != "active":
        raise Invalid(fields={"unit_id": _("%(name)s is dissolved.", name=unit.name)})
    for field, value in (("born", born), ("joined", joined), ("confirmed", confirmed)):
        if value is not None and not (1900 <= value.year <= today().year):
            raise Invalid(fields={field: _("This cannot be right: %(day)s", day=value)})
    if joined is not None and confirmed is not None and confirmed.text < joined.text[: len(confirmed.text)]:
        raise Invalid(fields={"confirmed": _("Full membership cannot begin before joining.")})
    begins = since or (joined.day if joined and joined.day else today())
    if begins > today():
        raise Invalid(fields={"since": _("The day lies in the future: %(day)s", day=begins)})
    return begins


def entered_by(form_key: str | None) -> Person | None:
    """Who the same form has entered already."""
    if not form_key:
        return None
    found: Person | None = db.session.execute(
        select(Person).where(Person.form_key == form_key)
    ).scalar_one_or_none()
    return found


def add_person(
    actor: Actor,
    *,
    unit: Unit,
    name: str,
    status: str,
    relation: str = "registered",
    sex: str | None = None,
    ethnic: str = "",
    born: PartialDate | None = None,
    identity: str = "",
    phone: str = "",
    email: str = "",
    joined: PartialDate | None = None,
    confirmed: PartialDate | None = None,
    since: date | None = None,
    card_number: str = "",
    register: Register | None = None,
    form_key: str | None = None,
) -> Person:
    """Enter a person and their membership in `unit`; for many at once there is the import.

    The same `form_key` again gives the person it entered. Raises Invalid with the field that is wrong; a doubled
    identity number is one: whoever the tenant knows already comes in by take_in.
    """
    entered = entered_by(form_key)
    if entered is not None:
        return entered
    plain = clean_name(name)
    begins = _checked(unit, status, relation, born, joined, confirmed, since)
    person = Person(
        name=plain,
        name_key=name_key(plain),
        sex=sex if sex in ("m", "f") else None,
        ethnic=ethnic.strip()[:20] or None,
        born=born,
        email=clean_mail(email),
        form_key=form_key or None,
    )
    set_identity(person, identity)
    set_phone(person, phone)
    if register is not None:
        write_register(person, register)
    db.session.add(person)
    db.session.flush()
    set_terms([(person.id, plain)])
    db.session.add(
        Membership(
            person_id=person.id,
            unit_id=unit.id,
            kind=unit.line,
            status=status,
            relation=relation,
            card_number=clean_card(card_number),
            joined=joined,
            confirmed=confirmed,
            since=begins,
        )
    )
    record(
        actor,
        verb="member.add",
        object_type="person",
        object_id=person.id,
        unit_id=unit.id,
        detail={"status": status},
    )
    return person


def living_membership(person: Person, line: str) -> Membership | None:
    """The person's present membership on a line; a person has at most one (uq_membership_person)."""
    found: Membership | None = db.session.execute(
        select(Membership).where(
            Membership.person_id == person.id, Membership.kind == line, Membership.until.is_(None)
        )
    ).scalar_one_or_none()
    return found


def take_in(
    actor: Actor,
    person: Person,
    *,
    unit: Unit,
    status: str,
    relation: str = "registered",
    joined: PartialDate | None = None,
    confirmed: PartialDate | None = None,
    since: date | None = None,
    card_number: str = "",
) -> Membership:
    """A membership for somebody the tenant knows: who left and comes back, or who joins the other line as well.

    What is known of the person stays as it is. Raises Conflict where they belong to a unit of this line, and Invalid
    for a day before the former membership's end.
    """
    begins = _checked(unit, status, relation, None, joined, confirmed, since or today())
    if living_membership(person, unit.line) is not None:
        raise Conflict(
            _("%(name)s belongs to a unit already; carry the person over instead.", name=person.name)
        )
    former = db.session.execute(
        select(Membership)
        .where(Membership.person_id == person.id, Membership.kind == unit.line)
        .order_by(Membership.until.desc(), Membership.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if former is not None and former.until is not None and begins < former.until:
        raise Invalid(fields={"since": _("The former membership lasted until %(day)s.", day=former.until)})
    membership = Membership(
        person_id=person.id,
        unit_id=unit.id,
        kind=unit.line,
        status=status,
        relation=relation,
        card_number=clean_card(card_number) or (former.card_number if former else None),
        joined=joined or (former.joined if former else None),
        confirmed=confirmed or (former.confirmed if former else None),
        since=begins,
    )
    db.session.add(membership)
    person.state = "active"
    db.session.flush()
    record(
        actor,
        verb="member.return",
        object_type="person",
        object_id=person.id,
        unit_id=unit.id,
        detail={"status": status, "since": begins.isoformat()},
    )
    return membership
