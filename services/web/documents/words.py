"""How the catalogue of papers is said on its pages."""

from dataclasses import dataclass
from datetime import date

from flask import url_for
from sqlalchemy import select
from werkzeug.routing import BuildError

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.queries import sheet_years
from shared.clock import today
from shared.db import db
from shared.documents.actions import Span
from shared.documents.queries import failed_papers
from shared.documents.reports import FAILURES, REPORTS, SUBJECTS, Report, named
from shared.i18n import _
from shared.jobs import Job
from shared.organisations.models import Unit

#: Where the rows that a paper can be of are listed.
LISTED_ON = {
    "event": "ledger.index",
    "meeting": "meetings.index",
    "person": "members.index",
    "certificate": "certificates.index",
    "poll": "ballots.index",
    "plan": "plans.index",
    "inspection": "findings.index",
    "round": "rounds.index",
    "unit": "organisations.index",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue: `address` is where it is made, or where what it is of is found."""

    name: str
    about: str
    of: str
    address: str | None
    here: bool


def catalogue(actor: Actor, year: int) -> list[Entry]:
    """What the actor may have made, in the order of the registry."""
    return [
        Entry(
            name=str(report.name),
            about=str(report.about) if report.about else "",
            of=_of_words(report),
            address=_address(report, year),
            here=report.of == "unit" and report.many,
        )
        for report in REPORTS.values()
        if actor.may(report.may)
    ]


def _of_words(report: Report) -> str:
    of = str(SUBJECTS[report.of].name)
    spans = {
        "year": _("%(of)s, one year", of=of),
        "month": _("%(of)s, one month", of=of),
        "day": _("%(of)s, as of a day", of=of),
        "none": of,
    }
    return spans[report.span]


def _address(report: Report, year: int) -> str | None:
    if report.of == "unit" and report.many:
        return url_for("documents.new", report=report.key, year=year)
    # A page of one row is reached from the list of such rows.
    places = [f"{report.page[0].split('.')[0]}.index"] if report.page else []
    if report.page and not report.page[1]:
        places.insert(0, report.page[0])
    for endpoint in [*places, LISTED_ON.get(report.of)]:
        try:
            return url_for(endpoint) if endpoint else None
        except BuildError:
            continue
    return None


def report_choices(*, units_only: bool = False) -> list[tuple[str, str]]:
    return [
        (report.key, str(report.name))
        for report in REPORTS.values()
        if not units_only or (report.of == "unit" and report.many)
    ]


def span_choices(report: Report, span: Span) -> dict[str, list[tuple[int, str]] | date]:
    """What the page offers for the report's span."""
    if report.span == "day":
        return {"day": span.day or today()}
    offered: dict[str, list[tuple[int, str]] | date] = {}
    if report.span in ("year", "month"):
        offered["year"] = [(year, _("Year %(year)s", year=year)) for year in sheet_years(today())]
    if report.span == "month":
        offered["month"] = [(month, _("Month %(n)s", n=month)) for month in range(1, 13)]
    return offered


@dataclass(frozen=True, slots=True)
class FailedPaper:
    name: str
    unit_name: str
    why: str


def failures_of(actor: Actor, job: Job) -> list[FailedPaper]:
    """The papers of a printing that could not be made, with why; those outside the reader's reach are left out."""
    report = REPORTS.get(str(job.args.get("report")))
    if report is None:
        return []
    failed = failed_papers(job.id)
    known = named(report.of, [subject_id for subject_id, _why in failed])
    units = {
        row.id: row.name
        for row in db.session.execute(
            select(Unit.id, Unit.name).where(
                Unit.id.in_({one.unit_id for one in known.values()}),
                reach_filter(actor, Permission.DOCUMENT_VIEW, Unit.path),
            )
        )
    }
    return [
        FailedPaper(
            known[subject_id].title, units[known[subject_id].unit_id], str(FAILURES.get(why, FAILURES["set"]))
        )
        for subject_id, why in failed
        if subject_id in known and known[subject_id].unit_id in units
    ]
