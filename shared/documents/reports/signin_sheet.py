"""Sheet to sign in on at a planned meeting (签到表): who is invited or on the roll, and blank lines for who sits in."""

from typing import Any

from sqlalchemy import and_, select

from shared.access.permissions import Permission
from shared.db import db
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.events.kinds import KINDS
from shared.events.models import Invitation, Meeting
from shared.events.queries import names_of, on_roll, people_on
from shared.i18n import _, lazy_
from shared.members.models import Person

#: Blank lines below the names.
BLANK = 5


def _people(meeting: Meeting) -> list[tuple[str, str]]:
    """(name, remark) of everybody invited; where nobody is invited by name, the roll of the day. One query each."""
    invited = db.session.execute(
        select(Person.id, Person.name, Invitation.answer)
        .join(Invitation, and_(Invitation.tenant_id == Person.tenant_id, Invitation.person_id == Person.id))
        .where(Invitation.meeting_id == meeting.id)
        .order_by(Person.name_key, Person.id)
    ).all()
    if invited:
        return [(row.name, _("asked for leave") if row.answer == "leave" else "") for row in invited]
    return [
        (one.name, one.remark) for one in on_roll(meeting.kind, people_on(meeting.unit_id, meeting.on_date))
    ]


def _read(subject: Subject) -> dict[str, Any]:
    meeting = db.session.execute(select(Meeting).where(Meeting.id == subject.id)).scalar_one()
    people = _people(meeting)
    times = "–".join(one.strftime("%H:%M") for one in (meeting.starts_at, meeting.ends_at) if one is not None)
    rows = [(number, name, "", remark) for number, (name, remark) in enumerate(people, start=1)]
    rows += [(number, "", "", "") for number in range(len(rows) + 1, len(rows) + 1 + BLANK)]
    return sheet(
        _("Sheet to sign in on"),
        subject.unit.name,
        facts=[
            (_("Title"), meeting.title),
            (_("Kind"), str(KINDS[meeting.kind].name)),
            (_("When"), f"{meeting.on_date.isoformat()} {times}"),
            (_("Place"), meeting.place),
            (_("Chair"), names_of([meeting.chair_id]).get(meeting.chair_id or 0, "")),
            (_("Expected"), len(people)),
        ],
        sections=[
            Section(
                table=Table(
                    (
                        Column(_("No."), "n", 7),
                        Column(_("Name"), width=20),
                        Column(_("Signature"), width=32),
                        Column(_("Remark"), width=22),
                    ),
                    tuple(rows),
                    head=1,
                    tall=True,
                )
            )
        ],
    )


REPORT = Report(
    key="signin_sheet",
    name=lazy_("Sheet to sign in on"),
    about=lazy_("Who is invited to a planned meeting, with room to sign and for guests"),
    of="meeting",
    span="none",
    may=Permission.EVENT_VIEW,
    read=_read,
    template="tables",
    page=("meetings.show", "meeting_id"),
)
