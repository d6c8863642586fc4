"""Attendance sheet of one record (签到表): the roll by name, who was there, and room for a signature."""

from typing import Any

from shared.access.permissions import Permission
from shared.documents.queries.event_minutes import event_of
from shared.documents.reports.event_minutes import present_said, when
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.events.kinds import KINDS, REASON_WORDS
from shared.events.queries import attendance_of, names_of
from shared.i18n import _, lazy_


def _read(subject: Subject) -> dict[str, Any]:
    event = event_of(subject.id)
    roll = sorted(attendance_of(event.id), key=lambda one: not one.present)
    names = names_of([event.chair_id, event.clerk_id])
    columns = (
        Column(_("No."), "n", 7),
        Column(_("Name"), width=16),
        Column(_("Attendance"), width=12),
        Column(_("Why absent"), width=26),
        Column(_("Signature"), width=24),
    )
    rows = tuple(
        (
            number,
            one.name,
            _("Present") if one.present else _("Absent"),
            " ".join(part for part in (str(REASON_WORDS.get(one.reason or "", "")), one.note or "") if part),
            "",
        )
        for number, one in enumerate(roll, start=1)
    )
    return sheet(
        _("Attendance sheet"),
        subject.unit.name,
        facts=[
            (_("Title"), event.title),
            (_("Kind"), str(KINDS[event.kind].name)),
            (_("Held on"), when(event)),
            (_("Place"), event.place),
            (_("Chair"), names.get(event.chair_id or 0, "")),
            (_("Minutes kept by"), names.get(event.clerk_id or 0, "")),
            (_("Attendance"), present_said(event)),
        ],
        sections=[
            Section(
                table=Table(columns, rows, head=1, tall=True),
                empty=_("The record holds numbers only, no names."),
            )
        ],
    )


REPORT = Report(
    key="attendance_sheet",
    name=lazy_("Attendance sheet of a record"),
    about=lazy_("The roll by name with room for signatures"),
    of="event",
    span="none",
    may=Permission.EVENT_VIEW,
    read=_read,
    template="tables",
    page=("events.show", "event_id"),
)
