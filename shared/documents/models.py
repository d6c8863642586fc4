"""Papers made by the product, and where their files lie."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, SmallInteger, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Document(TenantOwned, Base):
    """One finished paper: which report, of which unit and year."""

    __tablename__ = "document"
    __table_args__ = (
        references("unit_id", "unit"),
        references("file_id", "file"),
        references("job_id", "job"),
        # The papers of the tenant, newest first.
        Index("ix_document_created_at", "tenant_id", "created_at", "id"),
        # The parts of one job, found again after a restart; one paper a unit and job.
        Index("uq_document_job_id_unit_id", "tenant_id", "job_id", "unit_id", "report", unique=True),
    )

    #: A key of shared.documents.reports.REPORTS.
    report: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(SmallInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(BigInteger)
    job_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
