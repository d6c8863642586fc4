"""Statement of one person's study hours in a calendar year: the signed entries, one by one, and their sum by form."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.events.queries.study import own_entries, own_year
from shared.events.study import FORMS
from shared.i18n import _, lazy_
from shared.members.models import Person

#: Entries of a year; nobody has more.
MOST = 2_000


def hours_said(hours: Decimal) -> str:
    """Hours without idle zeros: 4, 2.5."""
    return f"{hours.normalize():f}"


def _read(subject: Subject) -> dict[str, Any]:
    year = subject.year or today().year
    name = db.session.scalar(select(Person.name).where(Person.id == subject.id)) or ""
    own = own_year(subject.id, year)
    signed = [one for one in own_entries(subject.id, year, limit=MOST) if one.state == "signed"]
    rows = Table(
        (
            Column(_("Day"), "nw", 14),
            Column(_("Subject"), width=44),
            Column(_("Form of study"), width=18),
            Column(_("Study hours"), "n", 10, None),
        ),
        tuple(
            (one.on_date, one.subject, str(FORMS[one.form]), hours_said(one.hours))
            for one in reversed(signed)
        ),
        total=(_("Together"), "", "", sum((one.hours for one in signed), Decimal(0))),
        head=1,
    )
    by_form = [(str(word), hours_said(own.sums[code])) for code, word in FORMS.items() if own.sums.get(code)]
    return sheet(
        _("Statement of study hours %(year)s", year=year),
        subject.unit.name,
        facts=[
            (_("Name"), name),
            *by_form,
            (_("Hours asked"), hours_said(own.rule.hours) if own.rule else None),
            (_("Source"), own.rule.source if own.rule else None),
        ],
        sections=[Section(_("Signed entries"), table=rows, empty=_("No hours of this year are signed."))],
        signed=(_("Signed for the unit"), _("Day")),
    )


REPORT = Report(
    key="study_person",
    name=lazy_("Statement of study hours"),
    about=lazy_("One person's signed hours of a year, entry by entry"),
    of="person",
    span="year",
    may=Permission.EVENT_VIEW,
    read=_read,
    template="tables",
    page=("members.show", "person_id"),
)
