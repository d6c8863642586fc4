"""Which papers were made, which can be made, and how far the printing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select, true, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.documents.jobs import PRINT
from shared.documents.models import Document, PrintPart
from shared.duties.models import DueItem
from shared.files import File
from shared.jobs import Job
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
#: Finished bundles stand on top of the page for this many days.
SHOWN_DAYS = 7
SHOWN_JOBS = 3


@dataclass(frozen=True, slots=True)
class PaperFilter:
    """The papers of a year, of a unit and all below it (`below`, a path), of one report."""

    year: int
    below: str | None = None
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One finished paper in the list."""

    document_id: int
    report: str
    year: int
    #: The month or day it is about, where it is not of a whole year; what it is of, where that is not the unit.
    span: str
    title: str
    unit_id: int
    unit_name: str
    file_id: int
    size: int
    made_at: datetime
    made_by: str | None


def papers(
    actor: Actor,
    *,
    year: int | None = None,
    below: str | None = None,
    report: str | None = None,
    among: Sequence[str] | None = None,
    before: int | None = None,
    size: int = PAGE,
) -> tuple[list[Paper], bool]:
    """One page of the papers in reach, newest first, and whether more follow; `among`: of these reports. One query."""
    statement = (
        select(Document, Unit.name.label("unit_name"), File.size, Person.name.label("made_by"))
        .join(Unit, and_(Unit.tenant_id == Document.tenant_id, Unit.id == Document.unit_id))
        .join(File, and_(File.tenant_id == Document.tenant_id, File.id == Document.file_id))
        .join(Job, and_(Job.tenant_id == Document.tenant_id, Job.id == Document.job_id))
        .join(Person, and_(Person.tenant_id == Job.tenant_id, Person.id == Job.requested_by), isouter=True)
        .where(
            reach_filter(actor, Permission.DOCUMENT_VIEW, Unit.path),
            func.starts_with(Unit.path, below) if below else true(),
            Document.year.in_((year, 0)) if year else true(),
            Document.report == report if report else true(),
            Document.report.in_(among) if among is not None else true(),
            Document.id < before if before else true(),
            File.deleted_at.is_(None),
        )
        .order_by(Document.id.desc())
        .limit(size + 1)
    )
    rows = db.session.execute(statement).all()
    return [
        Paper(
            document_id=row.Document.id,
            report=row.Document.report,
            year=row.Document.year,
            span=_span(row.Document),
            title=row.Document.title,
            unit_id=row.Document.unit_id,
            unit_name=row.unit_name,
            file_id=row.Document.file_id,
            size=row.size,
            made_at=row.Document.created_at,
            made_by=row.made_by,
        )
        for row in rows[:size]
    ], len(rows) > size


def _span(document: Document) -> str:
    if document.day is not None:
        return document.day.isoformat()
    if document.month is not None:
        return f"{document.year}-{document.month:02d}"
    return str(document.year) if document.year else ""


def papers_in(file_id: int) -> list[tuple[str, str]]:
    """(report, path of the unit) of the papers that a file is. One query."""
    rows = db.session.execute(
        select(Document.report, Unit.path)
        .join(Unit, and_(Unit.tenant_id == Document.tenant_id, Unit.id == Document.unit_id))
        .where(Document.file_id == file_id)
        .distinct()
    )
    return [(row.report, row.path) for row in rows]


def failed_papers(job_id: int) -> list[tuple[int, str]]:
    """(subject, key of why) of what a printing could not make, in its order."""
    lists = db.session.scalars(
        select(PrintPart.failed).where(PrintPart.job_id == job_id).order_by(PrintPart.number)
    )
    return [(int(subject_id), str(why)) for failed in lists for subject_id, why in failed]


def printable_units(
    actor: Actor, *, year: int, below: str | None = None, may: Permission = Permission.DOCUMENT_PRINT
) -> list[int]:
    """The units in reach that keep a ledger of that year, in the order of the tree; `may` is the report's own right."""
    keeps = exists().where(
        DueItem.tenant_id == Unit.tenant_id,
        DueItem.year == year,
        DueItem.unit_id == Unit.id,
        DueItem.state != "withdrawn",
    )
    return list(
        db.session.scalars(
            select(Unit.id)
            .where(
                Unit.state == "active",
                reach_filter(actor, Permission.DOCUMENT_PRINT, Unit.path),
                reach_filter(actor, may, Unit.path),
                func.starts_with(Unit.path, below) if below else true(),
                keeps,
            )
            .order_by(Unit.path)
        )
    )


@dataclass(frozen=True, slots=True)
class PrintJob:
    """How far a printing is, for the panel on top of the page."""

    job_id: int
    state: str
    subject: str
    done: int
    total: int
    file_id: int | None
    size: int
    failed: int
    problem: str | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def stoppable(self) -> bool:
        return not self.over

    @property
    def over(self) -> bool:
        return self.state not in ("queued", "running")


def print_jobs(actor: Actor, *, job_id: int | None = None) -> list[PrintJob]:
    """The actor's own printings that run or have ended lately, newest first; or one of them."""
    failed = (
        select(func.coalesce(func.sum(func.jsonb_array_length(PrintPart.failed)), 0))
        .where(PrintPart.tenant_id == Job.tenant_id, PrintPart.job_id == Job.id)
        .scalar_subquery()
    )
    statement = (
        select(Job, File.size, failed.label("failed"))
        .join(
            File,
            and_(File.tenant_id == Job.tenant_id, File.id == Job.file_id, File.deleted_at.is_(None)),
            isouter=True,
        )
        .where(Job.kind == PRINT.name)
        .order_by(Job.id.desc())
        .limit(SHOWN_JOBS)
    )
    if job_id is not None:
        statement = statement.where(Job.id == job_id)
    else:
        statement = statement.where(
            Job.requested_by == actor.person_id,
            or_(
                Job.state.in_(("queued", "running")),
                tuple_(Job.created_at) > tuple_(func.now() - func.make_interval(0, 0, 0, SHOWN_DAYS)),
            ),
        )
    return [
        PrintJob(
            job_id=row.Job.id,
            state=row.Job.state,
            subject=row.Job.subject,
            done=row.Job.done_count,
            total=row.Job.total_count,
            file_id=row.Job.file_id if row.size is not None else None,
            size=row.size or 0,
            failed=row.failed,
            problem=row.Job.problem,
            created_at=row.Job.created_at,
            finished_at=row.Job.finished_at,
        )
        for row in db.session.execute(statement)
    ]
