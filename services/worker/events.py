"""Meetings and returned records: the messages about them, and the night's part of fixed days."""

from sqlalchemy import and_, select

from services.worker.channels.outgoing import Composed
from shared.accounts.models import Seat
from shared.db import db, transaction
from shared.events.actions.series import carry_all_on
from shared.events.models import Event, Meeting
from shared.i18n import _, use_locale
from shared.members.models import Person
from shared.messages.actions import Parcel
from shared.messages.models import Delivery, Occasion
from shared.organisations.models import Unit
from shared.settings import settings

#: A step → the state of the meeting in which its message still says something.
_TIMELY = {"invited": "planned", "changed": "planned", "cancelled": "cancelled"}


def carry_meetings_on() -> None:
    """The night's part: the meetings of fixed days, and newcomers of those to come."""
    with transaction():
        carry_all_on()


def compose_meetings(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about meetings in hand; one that has been overtaken is left out with the reason `done`."""
    rows = db.session.execute(
        select(
            Delivery.id,
            Delivery.channel,
            Occasion.detail,
            Person.state,
            Person.email,
            Person.locale,
            Seat.id,
            Meeting,
            Unit.name,
        )
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .join(Person, and_(Person.tenant_id == Delivery.tenant_id, Person.id == Delivery.person_id))
        .join(
            Meeting,
            and_(
                Meeting.tenant_id == Occasion.tenant_id,
                Meeting.id == Occasion.detail["meeting_id"].as_integer(),
            ),
        )
        .join(Unit, and_(Unit.tenant_id == Meeting.tenant_id, Unit.id == Meeting.unit_id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
            isouter=True,
        )
        .where(Delivery.id.in_([parcel.id for parcel in parcels]))
    ).all()
    found: dict[int, Composed | str] = {}
    for delivery_id, channel, detail, state, email, locale, seat_id, meeting, unit_name in rows:
        step = str(detail["step"])
        if state != "active":
            found[delivery_id] = "left"
        elif (channel == "email" and not email) or (channel == "in_app" and seat_id is None):
            found[delivery_id] = "no_address"
        elif meeting.state != _TIMELY[step]:
            found[delivery_id] = "done"
        else:
            with use_locale(locale):
                found[delivery_id] = _message(meeting, step, unit_name, email or "", locale)
    return found


def compose_reviews(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about returned records in hand; one that has been mended meanwhile is left out."""
    rows = db.session.execute(
        select(
            Delivery.id,
            Delivery.channel,
            Person.state,
            Person.email,
            Person.locale,
            Seat.id,
            Event,
            Unit.name,
        )
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .join(Person, and_(Person.tenant_id == Delivery.tenant_id, Person.id == Delivery.person_id))
        .join(
            Event,
            and_(
                Event.tenant_id == Occasion.tenant_id,
                Event.id == Occasion.detail["event_id"].as_integer(),
            ),
        )
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
            isouter=True,
        )
        .where(Delivery.id.in_([parcel.id for parcel in parcels]))
    ).all()
    found: dict[int, Composed | str] = {}
    for delivery_id, channel, state, email, locale, seat_id, event, unit_name in rows:
        if state != "active":
            found[delivery_id] = "left"
        elif (channel == "email" and not email) or (channel == "in_app" and seat_id is None):
            found[delivery_id] = "no_address"
        elif event.review != "returned":
            found[delivery_id] = "done"
        else:
            with use_locale(locale):
                page = f"{settings().base_url}/events/{event.id}"
                lines = [
                    f"{unit_name}: {event.title}, {event.held_on}",
                    _("What is to be mended: %(remark)s", remark=event.review_remark or ""),
                    "",
                    _("Until it is mended it counts as not held: %(address)s", address=page),
                ]
                found[delivery_id] = Composed(
                    email or "",
                    _("Returned: %(title)s", title=event.title),
                    "\n".join(lines),
                    _("You are told because you keep the ledger of this unit."),
                    locale,
                )
    return found


def _message(meeting: Meeting, step: str, unit_name: str, address: str, locale: str) -> Composed:
    when = f"{meeting.on_date} {meeting.starts_at:%H:%M}"
    subject = {
        "invited": _("Invitation: %(title)s, %(when)s", title=meeting.title, when=when),
        "changed": _("Changed: %(title)s, now %(when)s", title=meeting.title, when=when),
        "cancelled": _("Called off: %(title)s, %(when)s", title=meeting.title, when=when),
    }[step]
    lines = [f"{unit_name}: {meeting.title}", when + (f", {meeting.place}" if meeting.place else "")]
    if step == "cancelled":
        lines.append(_("Reason: %(reason)s", reason=meeting.cancel_reason or ""))
    else:
        if meeting.agenda:
            lines += ["", meeting.agenda]
        lines += [
            "",
            _(
                "Say whether you come: %(address)s",
                address=f"{settings().base_url}/meetings/{meeting.id}/invitation",
            ),
        ]
    return Composed(
        address, subject, "\n".join(lines), _("You are told because you belong to this unit."), locale
    )
