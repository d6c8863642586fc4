"""Meetings and returned records: the messages about them, and the night's part of fixed days."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, about, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.db import db, transaction
from shared.events.actions.series import carry_all_on
from shared.events.models import Event, Meeting
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit

#: A step → the state of the meeting in which its message still says something.
_TIMELY = {"invited": "planned", "changed": "planned", "cancelled": "cancelled"}


def carry_meetings_on() -> None:
    """The night's part: the meetings of fixed days, and newcomers of those to come."""
    with transaction():
        carry_all_on()


def compose_meetings(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about meetings in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Meeting, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Meeting.tenant_id, Unit.id == Meeting.unit_id))
        .where(Meeting.id.in_({int(one.detail["meeting_id"]) for one in recipients}))
    )
    known = {meeting.id: (meeting, unit_name) for meeting, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        meeting, unit_name = known[int(one.detail["meeting_id"])]
        step = str(one.detail["step"])
        return _invitation(meeting, step, unit_name) if meeting.state == _TIMELY[step] else None

    return compose_each([one for one in recipients if int(one.detail["meeting_id"]) in known], write)


def _invitation(meeting: Meeting, step: str, unit_name: str) -> Said:
    when = f"{meeting.on_date} {meeting.starts_at:%H:%M}"
    subject = {
        "invited": _("Invitation: %(title)s, %(when)s", title=meeting.title, when=when),
        "changed": _("Changed: %(title)s, now %(when)s", title=meeting.title, when=when),
        "cancelled": _("Called off: %(title)s, %(when)s", title=meeting.title, when=when),
    }[step]
    lines = [
        about(unit_name, meeting.title),
        _("%(what)s, %(more)s", what=when, more=meeting.place) if meeting.place else when,
    ]
    if step == "cancelled":
        lines.append(_("Reason: %(reason)s", reason=meeting.cancel_reason or ""))
    else:
        lines += ["", meeting.agenda] if meeting.agenda else []
        lines += ["", _("Say on this page whether you come.")]
    values = {
        "unit": unit_name,
        "title": meeting.title,
        "day": meeting.on_date.isoformat(),
        "time": f"{meeting.starts_at:%H:%M}",
        "place": meeting.place,
    }
    return Said(subject, "\n".join(lines), f"/meetings/{meeting.id}/invitation", values)


def compose_reviews(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about returned records in hand; one that has been mended meanwhile is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Event, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(Event.id.in_({int(one.detail["event_id"]) for one in recipients}))
    )
    known = {event.id: (event, unit_name) for event, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        event, unit_name = known[int(one.detail["event_id"])]
        if event.review != "returned":
            return None
        lines = [
            about(unit_name, event.title, event.held_on),
            _("What is to be mended: %(remark)s", remark=event.review_remark or ""),
            "",
            _("Until it is mended it counts as not held."),
        ]
        values = {
            "unit": unit_name,
            "title": event.title,
            "day": event.held_on.isoformat(),
            "remark": event.review_remark or "",
        }
        subject = _("Returned: %(title)s", title=event.title)
        return Said(subject, "\n".join(lines), f"/events/{event.id}", values)

    return compose_each([one for one in recipients if int(one.detail["event_id"]) in known], write)
