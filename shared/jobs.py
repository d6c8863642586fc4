"""Long work. The row is the truth, the queue only a nudge.

A noun declares its kinds of work in its jobs.py; `enqueue` writes the row in the running transaction, and the nudge
leaves after commit.

A worker claims the row by a lease, renews it by heartbeat, and writes results only while the lease is its own. The
sweep nudges again what waits or whose lease has lapsed; so a task may run twice, late, or be killed anywhere.
"""

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import Celery
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    CursorResult,
    DateTime,
    Index,
    Integer,
    Select,
    Text,
    UniqueConstraint,
    and_,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import Base, TenantOwned, after_commit, db, owned_by_tenant, references, transaction
from shared.errors import Conflict, LeaseLost
from shared.i18n import _, lazy_
from shared.settings import settings
from shared.tenancy import current_tenant

#: A job that dies this often is given up and says so.
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class JobKind:
    """A declared kind of work; services/worker binds one function to each name."""

    name: str
    title: lazy_


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


#: The queue's client. The worker adds the tasks; everybody else only sends.
queue = Celery("jiceng", set_as_current=False)
#: Sends one nudge; replaced by the worker's own app settings at start.
NUDGE = "jobs.run"


def connect_queue(redis_url: str) -> Celery:
    """Configure the queue's client; called once by each edge."""
    queue.conf.update(
        broker_url=redis_url,
        task_ignore_result=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 4 * 3600,
            "socket_timeout": 5,
            "socket_connect_timeout": 3,
        },
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
    )
    return queue


def nudge(task: str, **arguments: Any) -> Callable[[], None]:
    """A call that sends one message; a queue that is away costs a minute, until the sweep."""
    tenant_id = current_tenant()

    def send() -> None:
        try:
            queue.send_task(task, kwargs={"tenant_id": tenant_id, **arguments}, retry=False)
        except Exception:
            return

    return send


def enqueue(
    actor: Actor,
    kind: JobKind,
    *,
    args: dict[str, Any],
    subject: str = "",
    unit_id: int | None = None,
    form_key: str | None = None,
) -> Job:
    """Write the job in the running transaction and nudge a worker after its commit.

    `args` holds JSON primitives, never a personal datum. `form_key` makes a form sent twice one job (Conflict).
    """
    job = Job(
        kind=kind.name,
        args=args,
        subject=subject,
        unit_id=unit_id,
        requested_by=actor.person_id,
        form_key=form_key or secrets.token_hex(12),
    )
    db.session.add(job)
    db.session.flush()
    record(
        actor,
        verb="job.enqueue",
        object_type="job",
        object_id=job.id,
        unit_id=unit_id,
        detail={"kind": kind.name},
    )
    after_commit(nudge(NUDGE, job_id=job.id))
    return job


def worker_name() -> str:
    """Names this process and this run in a lease."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def lease_end() -> datetime:
    return now() + timedelta(seconds=settings().job_lease)


@dataclass(slots=True)
class Claimed:
    """A job in hand. `progress` is the heartbeat; whoever lost the lease is told by LeaseLost and must stop."""

    id: int
    kind: str
    args: dict[str, Any]
    worker: str
    attempts: int

    def _mine(self) -> Any:
        return and_(Job.id == self.id, Job.state == "running", Job.lease_by == self.worker)

    def progress(self, done: int, total: int | None = None) -> None:
        """Note how far it is and renew the lease, in a transaction of its own."""
        values: dict[str, Any] = {"done_count": done, "lease_until": lease_end()}
        if total is not None:
            values["total_count"] = total
        with transaction():
            self._write(values)

    def _write(self, values: dict[str, Any]) -> None:
        result = db.session.execute(update(Job).where(self._mine()).values(**values))
        if isinstance(result, CursorResult) and result.rowcount != 1:
            raise LeaseLost(f"job {self.id} is another worker's now")

    def hold(self) -> None:
        """Lock the lease in the running transaction: what it writes commits only while the job is mine."""
        held = db.session.execute(select(Job.id).where(self._mine()).with_for_update()).scalar_one_or_none()
        if held is None:
            raise LeaseLost(f"job {self.id} is another worker's now")

    def finish(self, *, result: dict[str, Any] | None = None, file_id: int | None = None) -> None:
        """Mark it done in the running transaction; the caller's results and this commit together."""
        self._write(
            {
                "state": "done",
                "lease_by": None,
                "lease_until": None,
                "result": result or {},
                "file_id": file_id,
                "finished_at": now(),
            }
        )

    def fail(self, problem: str) -> None:
        """Mark it failed with a message id, in the running transaction."""
        self._write(
            {
                "state": "failed",
                "lease_by": None,
                "lease_until": None,
                "problem": problem,
                "finished_at": now(),
            }
        )


def claim(job_id: int) -> Claimed | None:
    """Take a waiting or orphaned job by one conditional UPDATE; None when somebody else has it or it is over."""
    worker = worker_name()
    statement = (
        update(Job)
        .where(
            Job.id == job_id,
            or_(Job.state == "queued", and_(Job.state == "running", Job.lease_until < now())),
            Job.attempts < MAX_ATTEMPTS,
        )
        .values(
            state="running",
            lease_by=worker,
            lease_until=lease_end(),
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, now()),
        )
        .returning(Job.id, Job.kind, Job.args, Job.attempts)
    )
    with transaction():
        row = db.session.execute(statement).one_or_none()
    return None if row is None else Claimed(row.id, row.kind, row.args, worker, row.attempts)


def renudge() -> int:
    """Send a nudge for every job that waits or whose lease has lapsed; give up what died too often. One tenant."""
    lapsed = and_(Job.state == "running", Job.lease_until < now())
    with transaction():
        db.session.execute(
            update(Job)
            .where(lapsed, Job.attempts >= MAX_ATTEMPTS)
            .values(
                state="failed",
                lease_by=None,
                lease_until=None,
                finished_at=now(),
                problem="The work was interrupted too often and has been given up. Nothing was changed by it.",
            )
        )
        waiting = db.session.scalars(
            select(Job.id).where(or_(Job.state == "queued", lapsed)).limit(200)
        ).all()
        for job_id in waiting:
            after_commit(nudge(NUDGE, job_id=job_id))
    return len(waiting)


def running_count(person_id: int) -> Select[int]:
    """How many of a person's own jobs wait or run."""
    return (
        select(func.count())
        .select_from(Job)
        .where(Job.requested_by == person_id, Job.state.in_(("queued", "running")))
    )


def cancel(actor: Actor, job: Job) -> None:
    """Stop a job that has not begun. Raises Conflict where a worker has it already or it is over."""
    stopped = db.session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state == "queued")
        .values(state="cancelled", finished_at=now())
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if stopped is None:
        raise Conflict(_("This job has begun or is over; it can no longer be cancelled."))
    record(actor, verb="job.cancel", object_type="job", object_id=job.id, unit_id=job.unit_id)


def retry(actor: Actor, job: Job) -> None:
    """Let a failed job begin again, with what it was given. Raises Conflict where it has not failed."""
    again = db.session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state == "failed")
        .values(state="queued", attempts=0, problem=None, finished_at=None, started_at=None, done_count=0)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if again is None:
        raise Conflict(_("Only a failed job can be tried again."))
    record(actor, verb="job.retry", object_type="job", object_id=job.id, unit_id=job.unit_id)
    after_commit(nudge(NUDGE, job_id=job.id))


def job_page(actor: Actor, *, limit: int, before: int | None = None, own: bool = True) -> list[Job]:
    """Jobs newest first, the open ones before all others; own ones, or everybody's (for whoever reaches the tenant)."""
    is_open = case((Job.state.in_(("queued", "running")), 0), else_=1)
    statement = select(Job).order_by(is_open, Job.id.desc()).limit(limit)
    if own:
        statement = statement.where(Job.requested_by == (actor.person_id or 0))
    if before is not None:
        statement = statement.where(is_open == 1, Job.id < before)
    return list(db.session.scalars(statement))
