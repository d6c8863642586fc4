"""Long work. The row is the truth, the queue only a nudge.

A noun declares its kinds of work in its jobs.py; `enqueue` writes the row in the running transaction, and the nudge
leaves after commit.

A worker claims the row by a lease, renews it by heartbeat, and writes results only while the lease is its own. The
sweep nudges again what waits or whose lease has lapsed; so a task may run twice, late, or be killed anywhere.
"""

from shared.jobs.asking import cancel, enqueue, job_page, retry, running_count
from shared.jobs.job import DECLARED, MAX_ATTEMPTS, Job, JobKind
from shared.jobs.lease import Claimed, claim, lease_end, renudge, worker_name
from shared.jobs.nudging import NUDGE, connect_queue, nudge, nudge_taken, queue

__all__ = [
    "DECLARED",
    "MAX_ATTEMPTS",
    "NUDGE",
    "Claimed",
    "Job",
    "JobKind",
    "cancel",
    "claim",
    "connect_queue",
    "enqueue",
    "job_page",
    "lease_end",
    "nudge",
    "nudge_taken",
    "queue",
    "renudge",
    "retry",
    "running_count",
    "worker_name",
]
