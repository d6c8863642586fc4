"""The progress report of an inspection is asked for by a person and set by a worker."""

from shared.access.actor import Actor
from shared.audit import record
from shared.findings.jobs import REPORT
from shared.findings.models import Inspection
from shared.jobs import Job, enqueue


def ask_report(actor: Actor, *, inspection: Inspection, form_key: str) -> Job:
    """Have the report of what the actor sees made. It belongs to whoever asked: a colleague's reach is another one."""
    job = enqueue(
        actor,
        REPORT,
        args={"inspection_id": inspection.id, "locale": actor.locale},
        subject=inspection.title,
        form_key=f"report:{form_key}",
    )
    job.total_count = 1
    record(
        actor,
        verb="finding.report",
        object_type="inspection",
        object_id=inspection.id,
        unit_id=inspection.unit_id,
    )
    return job
