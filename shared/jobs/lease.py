"""What a worker does with a job: claim it by a lease, renew it by heartbeat, write its end only while it is its own."""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, func, or_, select, update

from shared.clock import now
from shared.db import after_commit, db, transaction
from shared.errors import LeaseLost
from shared.jobs.job import MAX_ATTEMPTS, Job
from shared.jobs.nudging import NUDGE, nudge
from shared.settings import settings


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
