"""The result of a round, or one unit's sheet of it, is asked for by a person and set by a worker."""

from shared.access.actor import Actor
from shared.assessments.jobs import PRINT_RESULT
from shared.assessments.models import Round
from shared.audit import record
from shared.jobs import Job, enqueue
from shared.organisations.models import Unit


def ask_result(actor: Actor, *, lap: Round, unit: Unit | None, form_key: str) -> Job:
    """Have what the actor sees of a round's result made as PDF; of one unit, or of all in reach."""
    job = enqueue(
        actor,
        PRINT_RESULT,
        args={"round_id": lap.id, "unit_id": None if unit is None else unit.id, "locale": actor.locale},
        subject=lap.name if unit is None else unit.name,
        form_key=f"result:{form_key}",
    )
    job.total_count = 1
    record(
        actor,
        verb="round.print",
        object_type="round",
        object_id=lap.id,
        unit_id=lap.unit_id if unit is None else unit.id,
    )
    return job
