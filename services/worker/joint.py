"""The messages about joint events: a unit is asked, or the host changed its record."""

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.db import db
from shared.events.models import Event, JointOffer
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit

#: A step → the state of the offer in which its message still says something.
_TIMELY = {"asked": "asked", "corrected": "taken", "void": "taken"}


def compose_joint(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about joint events in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    host = aliased(Unit)
    rows = db.session.execute(
        select(JointOffer, Event, Unit.name, host.name)
        .join(Event, and_(Event.tenant_id == JointOffer.tenant_id, Event.id == JointOffer.event_id))
        .join(Unit, and_(Unit.tenant_id == JointOffer.tenant_id, Unit.id == JointOffer.unit_id))
        .join(host, and_(host.tenant_id == Event.tenant_id, host.id == Event.unit_id))
        .where(JointOffer.id.in_({int(one.detail["offer_id"]) for one in recipients}))
    )
    known = {offer.id: (offer, event, unit_name, host_name) for offer, event, unit_name, host_name in rows}

    def write(one: Addressed) -> Said | None:
        offer, event, unit_name, host_name = known[int(one.detail["offer_id"])]
        step = str(one.detail["step"])
        if offer.state != _TIMELY[step]:
            return None
        values = {"unit": unit_name, "title": event.title}
        if step == "asked":
            subject = _("Take over: %(title)s, %(day)s", title=event.title, day=event.held_on)
            text = _(
                "%(host)s held it together with %(unit)s and has recorded it.", host=host_name, unit=unit_name
            )
            return Said(subject, text, f"/joint/{offer.id}", values)
        subject = {
            "corrected": _("The host corrected its record: %(title)s", title=event.title),
            "void": _("The host declared its record void: %(title)s", title=event.title),
        }[step]
        text = _("%(unit)s keeps its own record of it; see whether it needs the same.", unit=unit_name)
        return Said(subject, text, f"/events/{offer.taken_event_id}", values)

    return compose_each([one for one in recipients if int(one.detail["offer_id"]) in known], write)
