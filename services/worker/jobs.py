"""Runs jobs: claim by lease, the function bound to the kind, outcome noted."""

from collections.abc import Callable

import structlog

from services.worker.accounts import invite
from services.worker.app import TenantTask, celery
from services.worker.assessments import score
from services.worker.ballots import tidy
from services.worker.circulars import send_many
from services.worker.dispatches import set_dispatch
from services.worker.documents import print_papers
from services.worker.dues import draw
from services.worker.duties import plan
from services.worker.exports import write_list
from services.worker.findings import print_report
from services.worker.imports import commit, commit_ledger, read, read_ledger, undo, undo_entry
from services.worker.keys import rotate
from services.worker.members import bulk
from services.worker.reforms import execute as execute_reform
from services.worker.reforms import undo as undo_reform
from services.worker.reminders import press_many
from services.worker.results import print_result
from services.worker.tenants import found
from services.worker.transfers import print_letter
from shared.accounts.jobs import INVITE
from shared.assessments.jobs import PRINT_RESULT, SCORE
from shared.ballots.jobs import TIDY
from shared.circulars.jobs import SEND_MANY
from shared.db import db, transaction
from shared.dispatches.jobs import SET
from shared.documents.jobs import PRINT
from shared.dues.jobs import DRAW
from shared.duties.jobs import PLAN
from shared.errors import LeaseLost, Problem
from shared.exports.jobs import WRITE
from shared.findings.jobs import REPORT
from shared.imports.jobs import COMMIT, COMMIT_LEDGER, READ, READ_LEDGER, UNDO, UNDO_LEDGER
from shared.jobs import NUDGE, Claimed, claim
from shared.members.jobs import BULK
from shared.reforms.jobs import EXECUTE as EXECUTE_REFORM
from shared.reforms.jobs import UNDO as UNDO_REFORM
from shared.reminders.jobs import PRESS_MANY
from shared.tenants.jobs import FOUND, ROTATE
from shared.transfers.jobs import LETTER

log = structlog.get_logger()

#: Every declared kind of work and the function that does it; a contract test compares the two.
WORK: dict[str, Callable[[Claimed], None]] = {
    INVITE.name: invite,
    FOUND.name: found,
    ROTATE.name: rotate,
    PLAN.name: plan,
    DRAW.name: draw,
    READ.name: read,
    COMMIT.name: commit,
    UNDO.name: undo,
    READ_LEDGER.name: read_ledger,
    COMMIT_LEDGER.name: commit_ledger,
    UNDO_LEDGER.name: undo_entry,
    EXECUTE_REFORM.name: execute_reform,
    UNDO_REFORM.name: undo_reform,
    PRINT.name: print_papers,
    REPORT.name: print_report,
    LETTER.name: print_letter,
    SCORE.name: score,
    SET.name: set_dispatch,
    PRINT_RESULT.name: print_result,
    PRESS_MANY.name: press_many,
    SEND_MANY.name: send_many,
    BULK.name: bulk,
    TIDY.name: tidy,
    WRITE.name: write_list,
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
