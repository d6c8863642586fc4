"""The long work of reorganisations: one transaction each, which counts only while the job is ours."""

from services.worker.imports import heartbeat
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.jobs import Claimed
from shared.reforms.actions import execute as execute_reform
from shared.reforms.actions import undo as undo_reform


def execute(job: Claimed) -> None:
    """Execute a draft that was too large to do at once."""
    reform_id, version = int(job.args["reform_id"]), int(job.args["version"])
    with transaction():
        result = execute_reform(SYSTEM, reform_id=reform_id, version=version, beat=heartbeat(job))
        job.hold()
        job.finish(result={**result, "reform_id": reform_id})
    db.session.remove()


def undo(job: Claimed) -> None:
    """Take a large reorganisation back."""
    reform_id = int(job.args["reform_id"])
    with transaction():
        result = undo_reform(SYSTEM, reform_id=reform_id, beat=heartbeat(job))
        job.hold()
        job.finish(result={**result, "reform_id": reform_id})
    db.session.remove()
