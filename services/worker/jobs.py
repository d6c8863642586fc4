"""Runs jobs: claim by lease, the function bound to the kind, outcome noted."""

from collections.abc import Callable

import structlog

from services.worker.app import TenantTask, celery
from shared.db import db, transaction
from shared.errors import LeaseLost, Problem
from shared.jobs import NUDGE, Claimed, claim

log = structlog.get_logger()

#: Every declared kind of work and the function that does it; a contract test compares the two.
WORK: dict[str, Callable[[Claimed], None]] = {}


@celery.task(name=NUDGE, base=TenantTask)
def run(*, job_id: int) -> None:
    """Do one job, if it is still to be done and nobody else does it."""
    job = claim(job_id)
    if job is None:
        return
    try:
        WORK[job.kind](job)
    except LeaseLost:
        # Another worker has it now; whatever this one was about to write was rolled back.
        log.warning("lease lost", job=job_id)
    except Problem as problem:
        db.session.rollback()
        with transaction():
            job.fail(str(problem))
    except Exception as error:
        db.session.rollback()
        log.exception("job failed", job=job_id, kind=job.kind, error=type(error).__name__)
        with transaction():
            job.fail(
                "The fault is ours and has been noted. Nothing of this job was kept that is not shown here."
            )
