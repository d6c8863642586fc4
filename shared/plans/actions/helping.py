"""配合: units and people that help with a task."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.plans.actions.assigning import MOST_HELPERS
from shared.plans.actions.working import OCCASION
from shared.plans.models import Task, TaskHelper


def set_helpers(
    actor: Actor,
    *,
    task: Task,
    units: set[int],
    people: set[int],
    offered: tuple[set[int], set[int]],
    version: int,
) -> int:
    """Make these units and people the helpers of a task, locked by the caller; returns how many are new.

    `offered`: whom the actor may choose; who helps already may stay. Whoever is new is told. Raises Conflict when
    somebody else acted since `version` was shown or the task is over, Invalid with the wrong fields.
    """
    if task.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if task.state in ("confirmed", "withdrawn"):
        raise Conflict(_("This step cannot follow; look at the task again."))
    rows = db.session.execute(
        select(TaskHelper.unit_id, TaskHelper.person_id).where(TaskHelper.task_id == task.id)
    ).all()
    before_units = {unit_id for unit_id, _person in rows if unit_id is not None}
    before_people = {person_id for _unit, person_id in rows if person_id is not None}
    wrong: dict[str, object] = {}
    for name, chosen, may in (
        ("helper_units", units, offered[0] | before_units),
        ("helper_people", people, offered[1] | before_people),
    ):
        if len(chosen) > MOST_HELPERS:
            wrong[name] = _("At most %(n)s help with a task.", n=MOST_HELPERS)
        elif chosen - may:
            wrong[name] = _("Choose one of the list.")
    if task.unit_id in units:
        wrong["helper_units"] = _("The unit that has the task does not help itself.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    if (units, people) == (before_units, before_people):
        return 0
    db.session.execute(
        delete(TaskHelper).where(
            TaskHelper.task_id == task.id,
            TaskHelper.unit_id.in_(before_units - units) | TaskHelper.person_id.in_(before_people - people),
        )
    )
    fresh_units, fresh_people = units - before_units, people - before_people
    values = [
        *({"task_id": task.id, "unit_id": unit_id, "person_id": None} for unit_id in fresh_units),
        *({"task_id": task.id, "unit_id": None, "person_id": person_id} for person_id in fresh_people),
    ]
    if values:
        db.session.execute(insert(TaskHelper).values(values).on_conflict_do_nothing())
    task.version += 1
    db.session.flush()
    record(
        actor,
        verb="task.helpers",
        object_type="task",
        object_id=task.id,
        unit_id=task.unit_id,
        detail={"units": len(units), "people": len(people)},
    )
    told = fresh_people | (answering_for(*fresh_units) if fresh_units else set())
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{task.id}:{task.version}",
        detail={"task_id": task.id, "act": "help"},
        person_ids=told - {actor.person_id},
    )
    return len(values)
