"""What people do with jobs: ask for one, look at them, cancel, try again."""

import secrets
from typing import Any

from sqlalchemy import Select, case, func, select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import after_commit, db
from shared.errors import Conflict
from shared.i18n import _
from shared.jobs.job import DECLARED, Job, JobKind
from shared.jobs.nudging import NUDGE, nudge


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


def running_count(person_id: int) -> Select[int]:
    """How many of a person's own jobs wait or run."""
    return (
        select(func.count())
        .select_from(Job)
        .where(Job.requested_by == person_id, Job.state.in_(("queued", "running")))
    )


def cancel(actor: Actor, job: Job) -> None:
    """Stop a job that has not begun, or one that may be stopped between two steps: its worker loses the lease.

    Raises Conflict where it can no longer be stopped or is over.
    """
    kind = DECLARED.get(job.kind)
    open_states = ("queued", "running") if kind is not None and kind.stoppable else ("queued",)
    stopped = db.session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state.in_(open_states))
        .values(state="cancelled", finished_at=now(), lease_by=None, lease_until=None)
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
