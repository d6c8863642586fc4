"""The messages about deeds and contact points: what is given to a unit, what came back, what is past its day."""

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each, dated
from services.worker.channels.outgoing import Composed
from shared.clock import today
from shared.contacts.models import ContactPoint
from shared.db import db
from shared.deeds.models import Deed
from shared.i18n import _
from shared.members.models import Person
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.reminders.queries.letters import counted

#: Deeds named in one message; the page has all.
NAMED = 20
#: An act → the states of the deed in which its message still says something.
_TIMELY = {
    "give": ("open", "returned"),
    "claim": ("open", "returned", "done"),
    "done": ("done",),
    "return": ("returned",),
    "close": ("closed",),
    "drop": ("dropped",),
}


def compose_deeds(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about acts on deeds in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    giver = aliased(Unit)
    rows = db.session.execute(
        select(Deed, Unit.name, giver.name)
        .join(Unit, and_(Unit.tenant_id == Deed.tenant_id, Unit.id == Deed.unit_id))
        .join(giver, and_(giver.tenant_id == Deed.tenant_id, giver.id == Deed.by_unit_id))
        .where(Deed.id.in_({int(one.detail["deed_id"]) for one in recipients}))
    )
    known = {deed.id: (deed, unit_name, giver_name) for deed, unit_name, giver_name in rows}

    def write(one: Addressed) -> Said | None:
        deed, unit_name, giver_name = known[int(one.detail["deed_id"])]
        act = str(one.detail["act"])
        if deed.state not in _TIMELY[act]:
            return None
        subject = {
            "give": _("A deed for your unit: %(title)s", title=deed.title),
            "claim": _("Deed taken up: %(title)s", title=deed.title),
            "done": _("Deed done: %(title)s", title=deed.title),
            "return": _("Deed returned: %(title)s", title=deed.title),
            "close": _("Deed closed off: %(title)s", title=deed.title),
            "drop": _("Deed dropped: %(title)s", title=deed.title),
        }[act]
        lines = [
            _("Unit that does it: %(unit)s", unit=unit_name),
            _("Given by: %(unit)s", unit=giver_name),
            _("Last day: %(day)s", day=deed.due_on.isoformat()),
        ]
        values = {"unit": unit_name, "title": deed.title, "day": deed.due_on.isoformat()}
        return Said(subject, "\n".join(lines), f"/deeds/{deed.id}", values)

    return compose_each([one for one in recipients if int(one.detail["deed_id"]) in known], write)


def compose_late_deeds(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What is past its day, for the unit that does it or the one that gave it; what is done by now is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Deed.id, Deed.title, Deed.due_on, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Deed.tenant_id, Unit.id == Deed.unit_id))
        .where(
            Deed.id.in_({key for one in recipients for key in one.detail["ids"]}),
            Deed.state.in_(("open", "returned")),
            Deed.due_on < today(),
        )
    )
    known = {row.id: row for row in rows}

    def write(one: Addressed) -> Said | None:
        late = sorted(
            (known[key] for key in one.detail["ids"] if key in known), key=lambda row: (row.due_on, row.id)
        )
        if not late:
            return None
        lines = [dated(row.due_on, row.name, row.title) for row in late[:NAMED]]
        if len(late) > NAMED:
            lines.append(_("and %(n)s more", n=len(late) - NAMED))
        if one.detail["stage"] == 2:
            lines = counted(row.name for row in late)
        subject = (
            _("%(n)s deeds of your unit are past their day", n=len(late))
            if one.detail["stage"] == 1
            else _("%(n)s deeds that your unit gave are past their day", n=len(late))
        )
        return Said(subject, "\n".join(lines), "/deeds?view=late")

    return compose_each(recipients, write)


def compose_contacts(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """That a leader keeps in touch with a unit: to the leader and to the unit."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(ContactPoint, Unit.name, Person.name)
        .join(Unit, and_(Unit.tenant_id == ContactPoint.tenant_id, Unit.id == ContactPoint.unit_id))
        .join(Person, and_(Person.tenant_id == ContactPoint.tenant_id, Person.id == ContactPoint.person_id))
        .where(ContactPoint.id.in_({int(one.detail["contact_id"]) for one in recipients}))
    )
    known = {point.id: (point, unit_name, person) for point, unit_name, person in rows}

    def write(one: Addressed) -> Said | None:
        point, unit_name, person = known[int(one.detail["contact_id"])]
        if point.until is not None:
            return None
        mine = one.person_id == point.person_id
        return Said(
            _("Contact point: %(unit)s", unit=unit_name),
            _("%(person)s keeps in touch with %(unit)s.", person=person, unit=unit_name),
            f"/contacts/mine/{point.id}" if mine else f"/contacts/points/{point.id}",
            {"unit": unit_name, "person": person},
        )

    return compose_each([one for one in recipients if int(one.detail["contact_id"]) in known], write)
