"""The row of a job, and the declaration of a kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references
from shared.i18n import lazy_

#: A job that dies this often is given up and says so.
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class JobKind:
    """A declared kind of work; services/worker binds one function to each name."""

    name: str
    title: lazy_
    #: Whether it can be stopped while it runs: what it has finished stays, and it looks at its lease between two steps.
    stoppable: bool = False

    def __post_init__(self) -> None:
        DECLARED[self.name] = self


#: Every kind that was declared so far, by its name: for words, never for what may be done.
DECLARED: dict[str, JobKind] = {}


class Job(TenantOwned, Base):
    """One piece of long work, as the page 后台任务 shows it."""

    __tablename__ = "job"
    __table_args__ = (
        owned_by_tenant(),
        references("file_id", "file"),
        references("requested_by", "person"),
        # A form sent twice is one job.
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        CheckConstraint("(state = 'running') = (lease_until is not null)", name="lease"),
        # The sweep: what waits, or whose worker died.
        Index("ix_job_open", "tenant_id", "id", postgresql_where=text("state in ('queued', 'running')")),
        # The page of jobs, newest first.
        Index("ix_job_requested_by", "tenant_id", "requested_by", "id"),
    )

    kind: Mapped[str] = mapped_column(Text)
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: What it works on, shown beside the kind's title: a file name, a year, a unit.
    subject: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    done_count: Mapped[int] = mapped_column(Integer, server_default="0")
    total_count: Mapped[int] = mapped_column(Integer, server_default="0")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    lease_by: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: What went wrong, as a message id with its values.
    problem: Mapped[str | None] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    requested_by: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
