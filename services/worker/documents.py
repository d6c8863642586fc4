"""Printing: chunks that several workers take, each paper kept as soon as it is finished, and at the end one zip."""

import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO

import structlog
from sqlalchemy import and_, func, select

from services.worker.app import TenantTask, celery
from services.worker.papers import HELP, Maker, Wanted
from services.worker.pdf import Press
from shared.access.actor import SYSTEM
from shared.clock import now
from shared.db import after_commit, db, transaction
from shared.documents.actions import (
    bundle_name,
    divide,
    finished_subjects,
    help_wanted,
    parts_state,
    reopen_failed,
    take_part,
)
from shared.documents.models import Document
from shared.documents.reports import REPORTS
from shared.errors import Forbidden, Invalid, LeaseLost
from shared.exports.queries import asker
from shared.files import File, keep, location, write
from shared.i18n import _, use_locale
from shared.jobs import Claimed, Job, nudge, worker_name
from shared.organisations.models import Unit
from shared.tenants.queries import setting

log = structlog.get_logger()

#: Papers put into the zip between two heartbeats.
HEARTBEAT_EVERY = 50
#: At most so many other workers are asked to help with one printing.
HELPERS = 7
#: Seconds between two looks at chunks that others have, and between two heartbeats of the job.
PAUSE, BEAT = 0.5, 1.0


def print_papers(job: Claimed) -> None:
    """Print everything the job asks for, in the language of whoever asked.

    The work is divided into chunks; this worker takes one after the other, and so do others that are asked to help.
    Each finished paper is a row of its own, unique by job and subject: a worker that was killed goes on where it was,
    and prints nothing twice. A paper that cannot be set is named in the result and does not keep the others.
    """
    with use_locale(job.args.get("locale")):
        wanted = read_wanted(job.id, job.args)
        if not wanted.subject_ids:
            raise Invalid(_("There is nothing here to print."))
        divide(job.id, wanted.subject_ids)
        reopen_failed(job.id)
        with transaction():
            for _helper in range(min(HELPERS, help_wanted(job.id) - 1)):
                after_commit(nudge(HELP, job_id=job.id))
        _print_all(job, wanted)
        failed = parts_state(job.id).failed
        db.session.rollback()
        if len(failed) == len(wanted.subject_ids):
            raise Invalid(_none_made({why for _subject, why in failed}))
        if wanted.bundle:
            _bundle(job, wanted)
        else:
            _finish_one(job)


def _none_made(reasons: set[str]) -> str:
    if reasons == {"disk"}:
        return _("There is no room left where the files lie. Tell whoever keeps the server; then try again.")
    if reasons == {"gone"}:
        return _("What was to be printed is no longer there, or outside your reach.")
    if reasons == {"slow"}:
        return _("Setting the paper took too long and was ended.")
    return _("None of the papers could be made. The fault is ours and has been noted.")


def read_wanted(job_id: int, args: dict[str, object]) -> Wanted:
    """What a printing was asked for. Raises Forbidden where whoever asked may no longer print."""
    row = db.session.execute(select(Job.requested_by, Job.subject).where(Job.id == job_id)).one()
    actor = asker(row.requested_by, locale=str(args.get("locale"))) if row.requested_by else SYSTEM
    if actor is None:
        raise Forbidden(_("Whoever asked for these papers may not print them any more."))
    days = int(setting("papers_kept_days"))
    db.session.rollback()
    subject_ids = args.get("subject_ids") or args["unit_ids"]
    assert isinstance(subject_ids, list)
    day = args.get("day")
    year, month = args.get("year"), args.get("month")
    return Wanted(
        job_id=job_id,
        report=REPORTS[str(args["report"])],
        year=year if isinstance(year, int) else None,
        month=month if isinstance(month, int) else None,
        day=date.fromisoformat(str(day)) if day else None,
        subject_ids=[int(one) for one in subject_ids],
        bundle=bool(args["bundle"]),
        by=row.requested_by,
        actor=actor,
        subject=row.subject,
        kept_until=now() + timedelta(days=days) if days else None,
    )


@dataclass(slots=True)
class Beat:
    """The heartbeat of the job: how many papers of all chunks were tried, at most once in a while."""

    job: Claimed
    last: float = 0.0

    def __call__(self) -> None:
        if time.monotonic() - self.last < BEAT:
            return
        done = parts_state(self.job.id).done
        db.session.rollback()
        self.job.progress(done)
        self.last = time.monotonic()


def _print_all(job: Claimed, wanted: Wanted) -> None:
    job.progress(len(finished_subjects(job.id)), len(wanted.subject_ids))
    beat = Beat(job)
    with Press() as press:
        while True:
            work_off(job.id, job.worker, wanted, press, beat)
            if not parts_state(job.id).open:
                break
            # What is left is in the hands of others; a lapsed lease is taken at the next turn.
            db.session.rollback()
            beat()
            time.sleep(PAUSE)
    db.session.rollback()
    job.progress(len(wanted.subject_ids))


def work_off(job_id: int, worker: str, wanted: Wanted, press: Press, beat: Callable[[], None]) -> None:
    """Take chunks until nobody's are left. Raises LeaseLost where the job was stopped or is another worker's."""
    maker = Maker(wanted, press)
    while (part := take_part(job_id, worker)) is not None:
        finished = finished_subjects(job_id, part.subject_ids)
        db.session.rollback()
        part.done = len(finished)
        for subject_id in part.subject_ids:
            if subject_id in finished:
                continue
            maker.make(part, subject_id)
            # Nothing of the last paper is kept in memory.
            db.session.remove()
            beat()
        part.close()


@celery.task(name=HELP, base=TenantTask)
def help_print(*, job_id: int) -> None:
    """Take chunks of a printing that another worker leads. Doubled, late or killed, it does no harm."""
    row = db.session.execute(select(Job.args, Job.state).where(Job.id == job_id)).one_or_none()
    db.session.rollback()
    if row is None or row.state != "running":
        return
    with use_locale(row.args.get("locale")):
        try:
            wanted = read_wanted(job_id, row.args)
            with Press() as press:
                work_off(job_id, worker_name(), wanted, press, lambda: None)
        except (LeaseLost, Forbidden):
            # The job was stopped or taken over: whoever leads it says so.
            log.info("help ended", job=job_id)


def _finish_one(job: Claimed) -> None:
    with transaction():
        job.hold()
        file_id = db.session.scalars(select(Document.file_id).where(Document.job_id == job.id)).one()
        state = parts_state(job.id)
        job.finish(result={"papers": 1, "renders": state.renders}, file_id=file_id)


def _entries(wanted: Wanted) -> Iterator[tuple[str, File]]:
    """Name in the zip and file of each paper, in the order of the tree; equal names get a number."""
    rows = db.session.execute(
        select(File)
        .join(Document, and_(Document.tenant_id == File.tenant_id, Document.file_id == File.id))
        .join(Unit, and_(Unit.tenant_id == Document.tenant_id, Unit.id == Document.unit_id))
        .where(Document.job_id == wanted.job_id)
        .order_by(Unit.path, func.coalesce(Document.subject_id, 0))
    ).scalars()
    files = list(rows)
    db.session.rollback()
    width = len(str(len(files)))
    for number, file in enumerate(files, start=1):
        yield f"{number:0{width}d} {file.name}", file


def _bundle(job: Claimed, wanted: Wanted) -> None:
    """Put the papers into one zip, paper by paper; they are compressed already."""

    def fill_zip(handle: BinaryIO) -> None:
        with zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED) as bundle:
            for number, (name, file) in enumerate(_entries(wanted)):
                bundle.write(location(file), name)
                if number % HEARTBEAT_EVERY == 0:
                    job.progress(len(wanted.subject_ids))

    try:
        written = write(fill_zip)
    except OSError as error:
        log.error("zip not written", job=job.id, error=str(error))
        raise Invalid(
            _("The papers are made, but there is no room left for the zip with all of them.")
        ) from error
    kept: datetime | None = wanted.kept_until
    with transaction():
        job.hold()
        state = parts_state(job.id)
        file = keep(
            written,
            name=bundle_name(wanted.subject),
            media_type="application/zip",
            purpose="bundle",
            created_by=wanted.by,
            expires_at=kept or now() + timedelta(days=30),
        )
        job.finish(
            result={
                "papers": len(wanted.subject_ids) - len(state.failed),
                "renders": state.renders,
                "failed": [subject_id for subject_id, _why in state.failed],
            },
            file_id=file.id,
        )
