"""Printing: one paper after the other, each kept as soon as it is finished, and at the end one zip."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import structlog
from sqlalchemy import and_, select

from services.worker.pdf import Press, PressFailed, fill
from shared.clock import now
from shared.db import db, transaction
from shared.documents.actions import bundle_name, finished_units, keep_paper, paper_name
from shared.documents.models import Document
from shared.documents.reports import REPORTS
from shared.errors import Invalid
from shared.files import File, keep, location, write
from shared.i18n import _, use_locale
from shared.jobs import Claimed, Job
from shared.organisations.models import Unit

log = structlog.get_logger()

#: The zip is a convenience; its papers stay. It is deleted after this many days.
BUNDLE_DAYS = 30
#: Papers put into the zip between two heartbeats.
HEARTBEAT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a printing was asked for."""

    job_id: int
    report: str
    year: int
    unit_ids: list[int]
    bundle: bool
    by: int | None
    subject: str


def print_papers(job: Claimed) -> None:
    """Print every unit of the job in the language of whoever asked.

    Each finished paper is a row of its own, unique by job and unit: a worker that was killed goes on where it was, and
    prints nothing twice. A paper that cannot be set is named in the result and does not keep the others.
    """
    with use_locale(job.args.get("locale")):
        wanted = _read(job)
        failed = _print_all(job, wanted)
        if len(failed) == len(wanted.unit_ids):
            raise Invalid(_("None of the papers could be made. The fault is ours and has been noted."))
        if wanted.bundle:
            _bundle(job, wanted, failed)
        else:
            _finish_one(job, wanted)


def _read(job: Claimed) -> Wanted:
    row = db.session.execute(select(Job.requested_by, Job.subject).where(Job.id == job.id)).one()
    db.session.rollback()
    return Wanted(
        job_id=job.id,
        report=str(job.args["report"]),
        year=int(job.args["year"]),
        unit_ids=[int(unit_id) for unit_id in job.args["unit_ids"]],
        bundle=bool(job.args["bundle"]),
        by=row.requested_by,
        subject=row.subject,
    )


def _print_all(job: Claimed, wanted: Wanted) -> list[int]:
    """Print what is not there yet; returns the units whose paper could not be set."""
    finished = finished_units(job.id)
    db.session.rollback()
    done, failed = len(finished), list[int]()
    job.progress(done, len(wanted.unit_ids))
    with Press() as press:
        for unit_id in wanted.unit_ids:
            if unit_id in finished:
                continue
            if not _print_one(job, press, wanted, unit_id):
                failed.append(unit_id)
            done += 1
            job.progress(done)
            # Nothing of the last paper is kept in memory.
            db.session.remove()
    return failed


def _print_one(job: Claimed, press: Press, wanted: Wanted, unit_id: int) -> bool:
    unit = db.session.execute(select(Unit).where(Unit.id == unit_id)).scalar_one()
    html = fill(wanted.report, unit=unit, year=wanted.year, **REPORTS[wanted.report].read(unit, wanted.year))
    # No transaction stays open while the paper is set.
    db.session.rollback()
    try:
        data = press.set(html)
    except PressFailed as failure:
        log.error("paper failed", job=job.id, unit=unit_id, error=str(failure)[:200])
        return False
    with transaction():
        job.hold()
        keep_paper(
            unit=unit,
            year=wanted.year,
            report=wanted.report,
            job_id=job.id,
            requested_by=wanted.by,
            data=data,
        )
    return True


def _finish_one(job: Claimed, wanted: Wanted) -> None:
    with transaction():
        job.hold()
        file_id = db.session.scalars(select(Document.file_id).where(Document.job_id == job.id)).one()
        job.finish(result={"papers": 1}, file_id=file_id)


def _entries(wanted: Wanted) -> Iterator[tuple[str, File]]:
    """Name in the zip and file of each paper, in the order of the tree; names that agree get the unit's number."""
    rows = db.session.execute(
        select(Unit, File)
        .join(Document, and_(Document.tenant_id == Unit.tenant_id, Document.unit_id == Unit.id))
        .join(File, and_(File.tenant_id == Document.tenant_id, File.id == Document.file_id))
        .where(Document.job_id == wanted.job_id)
        .order_by(Unit.path)
    ).all()
    db.session.rollback()
    width = len(str(len(rows)))
    for number, (unit, file) in enumerate(rows, start=1):
        yield f"{number:0{width}d} {paper_name(unit, year=wanted.year, report=wanted.report)}.pdf", file


def _bundle(job: Claimed, wanted: Wanted, failed: list[int]) -> None:
    """Put the papers into one zip, paper by paper; they are compressed already."""

    def fill_zip(handle: BinaryIO) -> None:
        with zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED) as bundle:
            for number, (name, file) in enumerate(_entries(wanted)):
                bundle.write(location(file), name)
                if number % HEARTBEAT_EVERY == 0:
                    job.progress(len(wanted.unit_ids))

    written = write(fill_zip)
    with transaction():
        job.hold()
        papers = len(finished_units(job.id))
        file = keep(
            written,
            name=bundle_name(wanted.subject),
            media_type="application/zip",
            purpose="bundle",
            created_by=wanted.by,
            expires_at=now() + timedelta(days=BUNDLE_DAYS),
        )
        job.finish(result={"papers": papers, "failed": failed}, file_id=file.id)
