"""Finished papers: each a row, its file found again by what went into it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from shared.db import db
from shared.documents.actions.asking import Span, titled
from shared.documents.models import Document, StoredPaper
from shared.documents.reports import SUBJECTS, Report, Subject
from shared.files import File, location, store
from shared.sealing import Keys


def span_of(subject: Subject) -> Span:
    return Span(subject.year, subject.month, subject.day)


def stored_file(digest: str) -> File | None:
    """The file that the same inputs gave before, if it still lies there."""
    file = db.session.scalars(
        select(File)
        .join(StoredPaper, and_(StoredPaper.tenant_id == File.tenant_id, StoredPaper.file_id == File.id))
        .where(StoredPaper.digest == digest, File.deleted_at.is_(None))
    ).one_or_none()
    return file if file is not None and location(file).exists() else None


def keep_paper(
    *,
    subject: Subject,
    report: Report,
    job_id: int,
    requested_by: int | None,
    digest: str,
    data: bytes | None,
    expires_at: datetime | None,
    keys: Keys | None = None,
) -> Document:
    """Note one finished paper in the running transaction; `data` None takes the file of the same inputs.

    A second one of the same subject and job is a Conflict.
    """
    file = stored_file(digest) if data is None else None
    if file is None and data is not None:
        file = store(
            data,
            name=paper_name(subject, report=report) + ".pdf",
            media_type="application/pdf",
            purpose="ledger",
            keys=keys,
            unit_id=subject.unit.id,
            created_by=requested_by,
            expires_at=expires_at,
        )
        db.session.execute(
            insert(StoredPaper)
            .values(digest=digest, file_id=file.id)
            .on_conflict_do_update(index_elements=["tenant_id", "digest"], set_={"file_id": file.id})
        )
    if file is None:
        raise LookupError("the stored file has gone")
    # What is asked for again is kept as long as if it were new.
    if file.expires_at is not None and (expires_at is None or file.expires_at < expires_at):
        file.expires_at = expires_at
    document = Document(
        report=report.key,
        year=subject.year or 0,
        month=subject.month,
        day=subject.day,
        unit_id=subject.unit.id,
        subject_id=subject.id,
        title="" if SUBJECTS[report.of].private or report.of == "unit" else subject.title,
        file_id=file.id,
        job_id=job_id,
    )
    db.session.add(document)
    db.session.flush()
    return document


def paper_name(subject: Subject, *, report: Report) -> str:
    """The file name without its ending; what file systems refuse is left out."""
    place = subject.unit.name if SUBJECTS[report.of].private else subject.title or subject.unit.name
    return _file_name(titled(place, report, span_of(subject)))


def bundle_name(subject: str) -> str:
    return _file_name(subject) + ".zip"


def _file_name(text: str) -> str:
    return "".join(sign for sign in text if sign not in '\\/:*?"<>|' and sign.isprintable())[:120]


def finished_subjects(job_id: int, among: Sequence[int] | None = None) -> set[int]:
    """The subjects whose paper of this job is there already."""
    statement = select(func.coalesce(Document.subject_id, Document.unit_id)).where(Document.job_id == job_id)
    if among is not None:
        statement = statement.where(
            or_(
                Document.subject_id.in_(among),
                and_(Document.subject_id.is_(None), Document.unit_id.in_(among)),
            )
        )
    return set(db.session.scalars(statement))
