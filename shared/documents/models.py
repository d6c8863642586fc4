"""Papers made by the product, where their files lie, and the parts in which many are made at once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Index, Integer, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Document(TenantOwned, Base):
    """One finished paper: which report, of what, for which span."""

    __tablename__ = "document"
    __table_args__ = (
        references("unit_id", "unit"),
        references("file_id", "file"),
        references("job_id", "job"),
        # The papers of the tenant, newest first.
        Index("ix_document_created_at", "tenant_id", "created_at", "id"),
        # The parts of one job, found again after a restart; one paper a subject and job.
        Index("uq_document_job_id_subject_id", "tenant_id", "job_id", "subject_id", "report", unique=True),
    )

    #: A key of shared.documents.reports.REPORTS.
    report: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(SmallInteger)
    month: Mapped[int | None] = mapped_column(SmallInteger)
    day: Mapped[date | None] = mapped_column(Date)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: The row it is of, of the kind the report names. Empty where it was made when all papers were of units.
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    #: What it is of, where that is not a unit: the title of an event or poll, never a person's name.
    title: Mapped[str] = mapped_column(Text, server_default="")
    file_id: Mapped[int] = mapped_column(BigInteger)
    job_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PrintPart(TenantOwned, Base):
    """A chunk of a printing: one worker has it by a lease, other workers have the others."""

    __tablename__ = "print_part"
    __table_args__ = (
        references("job_id", "job", ondelete="CASCADE"),
        CheckConstraint("state in ('queued', 'running', 'done')", name="state"),
        CheckConstraint("(state = 'running') = (lease_until is not null)", name="lease"),
        # The chunks of a job in their order; the next one that is free.
        Index("uq_print_part_job_id_number", "tenant_id", "job_id", "number", unique=True),
    )

    job_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    #: The subjects of this chunk, in order.
    subject_ids: Mapped[list[int]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    lease_by: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: Papers tried so far, and how many of them had to be set.
    done_count: Mapped[int] = mapped_column(Integer, server_default="0")
    renders: Mapped[int] = mapped_column(Integer, server_default="0")
    #: [subject, key of shared.documents.reports.failures] of each that could not be made.
    failed: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")


class StoredPaper(TenantOwned, Base):
    """The same inputs are the same file: what was set once is found by the digest of all that went into it."""

    __tablename__ = "stored_paper"
    __table_args__ = (
        owned_by_tenant(),
        references("file_id", "file"),
        # The file of the same inputs.
        Index("uq_stored_paper_digest", "tenant_id", "digest", unique=True),
    )

    digest: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
