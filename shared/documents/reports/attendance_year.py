"""Attendance of a unit's year: each record with its numbers, and the absences by name."""

from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.documents.queries.attendance_year import attendance_year, rate
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.i18n import _, lazy_


def _read(subject: Subject) -> dict[str, Any]:
    year = subject.year or today().year
    held, away = attendance_year(subject.unit.id, year)
    due, present = sum(one.due for one in held), sum(one.present for one in held)
    records = Table(
        (
            Column(_("Held on"), "nw", 12),
            Column(_("Title"), width=34),
            Column(_("Kind"), width=20),
            Column(_("Expected"), "n", 8),
            Column(_("Present"), "n", 8),
            Column(_("Absent"), "n", 8),
            Column(_("Attendance rate"), "n", 10),
        ),
        tuple(
            (one.held_on, one.title, one.kind_name, one.due, one.present, one.absent, one.rate)
            for one in held
        ),
        total=(_("Together"), "", "", due, present, due - present, rate(present, due)),
        head=1,
    )
    absences = Table(
        (
            Column(_("Name"), width=12),
            Column(_("Held on"), "nw", 12),
            Column(_("Title"), width=32),
            Column(_("Why absent"), width=26),
            Column(_("Made up for on"), "nw", 14),
        ),
        tuple(
            (
                one.name,
                one.held_on,
                one.title,
                " ".join(part for part in (one.reason_word, one.note or "") if part),
                one.made_up_on,
            )
            for one in away
        ),
    )
    return sheet(
        _("Attendance of the year %(year)s", year=year),
        subject.unit.name,
        facts=[(_("Records"), len(held)), (_("Attendance rate"), rate(present, due))],
        sections=[
            Section(_("Records"), table=records, empty=_("Nothing has been recorded in this year.")),
            Section(_("Absences"), table=absences, empty=_("Nobody was absent.")),
        ],
    )


REPORT = Report(
    key="attendance_year",
    name=lazy_("Attendance of a year"),
    about=lazy_("Each record with expected and present, and the absences with their reasons"),
    of="unit",
    span="year",
    may=Permission.EVENT_VIEW,
    read=_read,
    template="tables",
    excel="reports.attendance_year",
    page=("ledger.show", "unit_id"),
)
