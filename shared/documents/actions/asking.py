"""Papers are asked for by a person, made by a worker, and noted one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db
from shared.documents.jobs import PRINT
from shared.documents.queries.papers import failed_papers, printable_units
from shared.documents.reports import REPORTS, SUBJECTS, Named, Report, named
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import _
from shared.jobs import Job, enqueue
from shared.organisations.models import Unit

#: One job prints at most so many papers.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """The time a paper is about; what its report does not ask for is empty."""

    year: int | None = None
    month: int | None = None
    day: date | None = None

    def of(self, report: Report) -> "Span":
        """The span this report needs. Raises Invalid where it is not named."""
        if report.span == "day":
            if self.day is None:
                raise Invalid(_("Name the day that the paper is about."))
            return Span(self.day.year, None, self.day)
        if report.span == "month":
            if self.year is None or self.month is None or not 1 <= self.month <= 12:
                raise Invalid(_("Name the month that the paper is about."))
            return Span(self.year, self.month)
        if report.span == "year":
            if self.year is None:
                raise Invalid(_("Name the year that the paper is about."))
            return Span(self.year)
        return Span(self.year)

    @property
    def words(self) -> str:
        if self.day is not None:
            return self.day.isoformat()
        if self.month is not None:
            return f"{self.year}-{self.month:02d}"
        return str(self.year) if self.year else ""


def entry(key: str) -> Report:
    """The entry of the catalogue. Raises NotFound."""
    if key not in REPORTS:
        raise NotFound(_("There is nothing at this address."))
    return REPORTS[key]


def print_unit(
    actor: Actor, unit: Unit, *, year: int, report: str = "ledger", form_key: str | None = None
) -> Job:
    """Have one unit's paper of a year made. Raises Forbidden outside the actor's reach."""
    return print_paper(actor, report=report, subject_id=unit.id, span=Span(year), form_key=form_key)


def print_paper(
    actor: Actor, *, report: str, subject_id: int, span: Span, form_key: str | None = None
) -> Job:
    """Have one paper made. Raises NotFound, Forbidden, or Invalid where the report needs a span that is not named."""
    chosen = entry(report)
    asked = span.of(chosen)
    fetch(SUBJECTS[chosen.of].model, subject_id, actor=actor, may=Permission.DOCUMENT_PRINT)
    found = named(chosen.of, [subject_id]).get(subject_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    place = _place(found)
    if not (actor.can(Permission.DOCUMENT_PRINT, place.path) and actor.can(chosen.may, place.path)):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    where = place.name if SUBJECTS[chosen.of].private else found.title
    return _ask(actor, chosen, [subject_id], asked, [place.id], where=where, one=True, form_key=form_key)


def _place(found: Named) -> Unit:
    return db.session.execute(select(Unit).where(Unit.id == found.unit_id)).scalar_one()


def print_units(
    actor: Actor,
    *,
    year: int | None = None,
    below: Unit | None = None,
    report: str = "ledger",
    span: Span | None = None,
    form_key: str | None = None,
) -> Job:
    """Have the papers of every unit in the actor's reach (and below a unit) made, as one zip.

    Raises Invalid where no unit keeps a ledger of that year.
    """
    chosen = entry(report)
    if chosen.of != "unit" or not chosen.many:
        raise Invalid(_("This paper is made one by one."))
    if not actor.may(chosen.may):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    asked = (span or Span(year)).of(chosen)
    unit_ids = printable_units(
        actor, year=asked.year or 0, below=below.path if below else None, may=chosen.may
    )
    if not unit_ids:
        raise Invalid(_("No unit here keeps a ledger of %(year)s.", year=asked.year or asked.words))
    if len(unit_ids) > MOST:
        raise Invalid(_("At most %(n)s units at once; choose a part of the tree.", n=MOST))
    return _ask(
        actor,
        chosen,
        unit_ids,
        asked,
        unit_ids,
        where=below.name if below else actor.tenant_name,
        one=False,
        unit_id=below.id if below else None,
        form_key=form_key,
    )


def print_many(
    actor: Actor,
    *,
    report: str,
    subject_ids: Sequence[int],
    where: str,
    span: Span | None = None,
    form_key: str | None = None,
) -> Job:
    """Have one paper of each of these subjects made, as one zip. Raises Forbidden where one lies outside the reach."""
    chosen = entry(report)
    asked = (span or Span()).of(chosen)
    known = named(chosen.of, subject_ids)
    unit_ids = sorted({one.unit_id for one in known.values()})
    paths = db.session.scalars(select(Unit.path).where(Unit.id.in_(unit_ids))).all()
    if not all(actor.can(Permission.DOCUMENT_PRINT, path) and actor.can(chosen.may, path) for path in paths):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    ids = [subject_id for subject_id in subject_ids if subject_id in known]
    if not ids or len(ids) > MOST:
        raise Invalid(_("There is nothing to print here."))
    return _ask(actor, chosen, ids, asked, unit_ids, where=where, one=False, form_key=form_key)


def print_again(actor: Actor, job: Job, *, form_key: str | None = None) -> Job:
    """Have the papers of a printing that could not be made tried once more. Raises Conflict where there are none."""
    if job.kind != PRINT.name or job.state in ("queued", "running"):
        raise Conflict(_("There is nothing here to print again."))
    ids = [subject_id for subject_id, _why in failed_papers(job.id)]
    if not ids:
        raise Conflict(_("There is nothing here to print again."))
    chosen = entry(str(job.args["report"]))
    known = named(chosen.of, ids)
    ids = [subject_id for subject_id in ids if subject_id in known]
    if not ids:
        raise Conflict(_("There is nothing here to print again."))
    day = job.args.get("day")
    return _ask(
        actor,
        chosen,
        ids,
        Span(job.args.get("year"), job.args.get("month"), date.fromisoformat(day) if day else None),
        sorted({one.unit_id for one in known.values()}),
        where=_("%(n)s papers once more", n=len(ids)),
        one=not job.args["bundle"],
        unit_id=job.unit_id,
        form_key=form_key,
    )


def _ask(
    actor: Actor,
    report: Report,
    subject_ids: Sequence[int],
    span: Span,
    unit_ids: Sequence[int],
    *,
    where: str,
    one: bool,
    unit_id: int | None = None,
    form_key: str | None,
) -> Job:
    args: dict[str, Any] = {
        "report": report.key,
        "year": span.year,
        "month": span.month,
        "day": span.day.isoformat() if span.day else None,
        "unit_ids": list(unit_ids),
        "subject_ids": list(subject_ids) if report.of != "unit" else None,
        "bundle": not one,
        "locale": actor.locale,
    }
    job = enqueue(
        actor,
        PRINT,
        args=args,
        subject=titled(where, report, span),
        unit_id=unit_ids[0] if one else unit_id,
        form_key=form_key,
    )
    job.total_count = len(subject_ids)
    return job


def titled(where: str, report: Report, span: Span) -> str:
    """What a paper is called: of whom, which, and of when, as far as the report is of a time."""
    if report.span == "year":
        return _("%(where)s, %(report)s %(year)s", where=where, report=report.name, year=span.year)
    if report.span == "none":
        return _("%(where)s, %(report)s", where=where, report=report.name)
    return _("%(where)s, %(report)s of %(span)s", where=where, report=report.name, span=span.words)
