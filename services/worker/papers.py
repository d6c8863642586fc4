"""One paper of a printing: read, filled, taken from the store or set, and kept."""

from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy import select

from services.worker.binding import Binder
from services.worker.dressing import dressed
from services.worker.pdf import Press, PressFailed, digest_of, fill
from shared.access.actor import SYSTEM, Actor
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.documents.actions import Part, keep_paper, stored_file
from shared.documents.reports import Report, Subject, named
from shared.errors import LeaseLost, Problem
from shared.organisations.models import Unit
from shared.sealing import Keys
from shared.tenants.queries import keys

log = structlog.get_logger()

#: The message that asks other workers to help.
HELP = "documents.help"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a printing was asked for."""

    job_id: int
    report: Report
    year: int | None
    month: int | None
    day: date | None
    subject_ids: list[int]
    bundle: bool
    by: int | None
    actor: Actor
    subject: str
    kept_until: datetime | None


@dataclass(slots=True)
class Maker:
    """Makes the papers of a printing, one at a time."""

    wanted: Wanted
    press: Press

    def make(self, part: Part, subject_id: int) -> None:
        """Make one paper and note it with the chunk, in one transaction. What cannot be made is noted with its reason.

        Raises LeaseLost where the chunk is another's now, or the printing was stopped.
        """
        report = self.wanted.report
        try:
            subject = self._subject(subject_id)
            if subject is None:
                return self._fail(part, subject_id, "gone")
            sealed = keys() if report.sealed else None
            if report.bound:
                digest, data = self._bind(part, subject)
            else:
                html = fill(report.template_name, pages=report.pages, **report.read(subject))
                html = dressed(html, report, subject)
                digest = digest_of(html, subject.unit.id, subject_id, report.key)
                known = stored_file(digest) is not None
                # No transaction stays open while the paper is set.
                db.session.rollback()
                data = None if known else self.press.set(html)
        except LeaseLost:
            raise
        except PressFailed as failure:
            log.error("paper failed", job=part.job_id, subject=subject_id, error=str(failure)[:200])
            return self._fail(part, subject_id, failure.why)
        except Problem:
            return self._fail(part, subject_id, "gone")
        except Exception as error:
            # One odd row must not keep a thousand other papers.
            log.exception("paper failed", job=part.job_id, subject=subject_id, error=type(error).__name__)
            return self._fail(part, subject_id, "set")
        try:
            self._keep(part, subject, digest, data, sealed)
        except OSError as error:
            log.error("paper not kept", job=part.job_id, subject=subject_id, error=str(error)[:200])
            return self._fail(part, subject_id, "disk")
        return None

    def _bind(self, part: Part, subject: Subject) -> tuple[str, bytes | None]:
        """The digest of a compendium, and its file unless the store has it."""

        def renew() -> None:
            with transaction():
                part.hold()
                part.note()

        values = self.wanted.report.read(subject)
        db.session.rollback()
        with Binder(values, renew) as binder:
            digest = digest_of(binder.gather(), subject.unit.id, self.wanted.report.key)
            known = stored_file(digest) is not None
            db.session.rollback()
            return digest, None if known else binder.bind(self.press)

    def _keep(
        self, part: Part, subject: Subject, digest: str, data: bytes | None, sealed: Keys | None
    ) -> None:
        with transaction():
            part.hold()
            keep_paper(
                subject=subject,
                report=self.wanted.report,
                job_id=part.job_id,
                requested_by=self.wanted.by,
                digest=digest,
                data=data,
                expires_at=self.wanted.kept_until,
                keys=sealed,
            )
            part.done += 1
            part.renders += data is not None
            part.note()

    def _fail(self, part: Part, subject_id: int, why: str) -> None:
        db.session.rollback()
        with transaction():
            part.hold()
            part.failed.append((subject_id, why))
            part.done += 1
            part.note()

    def _subject(self, subject_id: int) -> Subject | None:
        """The subject as it stands now, if whoever asked still reaches it."""
        wanted = self.wanted
        found = named(wanted.report.of, [subject_id]).get(subject_id)
        if found is None:
            return None
        unit = db.session.execute(select(Unit).where(Unit.id == found.unit_id)).scalar_one()
        reached = wanted.actor is SYSTEM or (
            wanted.actor.can(Permission.DOCUMENT_PRINT, unit.path)
            and wanted.actor.can(wanted.report.may, unit.path)
        )
        # Its facts are read while the row is at hand: the paper is filled and named after the transaction.
        db.session.expunge(unit)
        if not reached:
            return None
        return Subject(
            unit=unit,
            id=subject_id,
            actor=wanted.actor,
            title=found.title,
            year=wanted.year,
            month=wanted.month,
            day=wanted.day,
        )
