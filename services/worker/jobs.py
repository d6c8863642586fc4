"""Runs jobs: claim by lease, the function bound to the kind, outcome noted."""

from collections.abc import Callable

import structlog

from services.worker.accounts import invite
from services.worker.app import TenantTask, celery
from services.worker.assessments import score
from services.worker.documents import print_papers
from services.worker.duties import plan
from services.worker.imports import commit, read, undo
from services.worker.reminders import press_many
from services.worker.tenants import found
from shared.accounts.jobs import INVITE
from shared.assessments.jobs import SCORE
from shared.db import db, transaction
from shared.documents.jobs import PRINT
from shared.duties.jobs import PLAN
from shared.errors import LeaseLost, Problem
from shared.imports.jobs import COMMIT, READ, UNDO
from shared.jobs import NUDGE, Claimed, claim
from shared.reminders.jobs import PRESS_MANY
from shared.tenants.jobs import FOUND

log = structlog.get_logger()

#: Every declared kind of work and the function that does it; a contract test compares the two.
WORK: dict[str, Callable[[Claimed], None]] = {
    INVITE.name: invite,
    FOUND.name: found,
    PLAN.name: plan,
    READ.name: read,
    COMMIT.name: commit,
    UNDO.name: undo,
    PRINT.name: print_papers,
    SCORE.name: score,
    PRESS_MANY.name: press_many,
}

#: Shown in the reader's language.
OUR_FAULT = "The fault is ours and has been noted. Nothing of this job was kept that is not shown here."


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
        _fail(job, str(problem))
    except Exception as error:
        db.session.rollback()
        log.exception("job failed", job=job_id, kind=job.kind, error=type(error).__name__)
        _fail(job, OUR_FAULT)


def _fail(job: Claimed, problem: str) -> None:
    db.session.rollback()
    try:
        with transaction():
            job.fail(problem)
    except LeaseLost:
        log.warning("lease lost", job=job.id)
