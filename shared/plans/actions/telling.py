"""Who answers for the units is told what a plan asks of them; once for each version of the plan."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, union

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.db import db
from shared.plans.models import Plan, Task, TaskHelper

#: The kind of occasion, for the composers of the worker.
OCCASION = "plan"


def tell_units(actor: Actor, plan: Plan, unit_ids: list[int]) -> int:
    """Tell whoever answers for these units that the plan asks something of them."""
    return tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{plan.id}:{plan.version}",
        detail={"plan_id": plan.id},
        person_ids=answering_for(*unit_ids),
    )


def tell_people(actor: Actor, plan: Plan) -> int:
    """Tell whoever leads a task by a post, or helps with one, and was not told for the unit. At most four queries."""
    of_plan = (Task.plan_id == plan.id, Task.state != "withdrawn")
    leading = select(Task.owner_id).where(*of_plan, Task.owner_id.is_not(None), Task.post != "")
    helped = select(TaskHelper.person_id, TaskHelper.unit_id).join(
        Task, (Task.tenant_id == TaskHelper.tenant_id) & (Task.id == TaskHelper.task_id)
    )
    rows = db.session.execute(helped.where(*of_plan).distinct()).all()
    people = {person_id for person_id, _unit in rows} | set(db.session.scalars(leading.distinct()))
    units = [unit_id for _person, unit_id in rows if unit_id is not None]
    people |= answering_for(*units) if units else set()
    people -= {None, actor.person_id}
    if not people:
        return 0
    return tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{plan.id}:{plan.version}:own",
        detail={"plan_id": plan.id, "what": "own"},
        person_ids=people - (answering_for(*_units(plan)) if people else set()),
    )


def _units(plan: Plan) -> list[int]:
    return list(
        db.session.scalars(
            select(Task.unit_id).where(Task.plan_id == plan.id, Task.state != "withdrawn").distinct()
        )
    )


def tell_all(actor: Actor, plan: Plan) -> int:
    """Tell everybody who has a task of it or helps with one."""
    units = _units(plan)
    return tell_units(actor, plan, units) + tell_people(actor, plan) if units else 0


def tell_tasks(actor: Actor, plan: Plan, *, what: str, key: str, task_ids: list[int], **detail: Any) -> int:
    """Tell whoever has these tasks, for the unit, by a post or as a help, of what became of them."""
    if not task_ids:
        return 0
    having = select(Task.unit_id.label("unit_id"), Task.owner_id.label("person_id")).where(
        Task.id.in_(task_ids)
    )
    helping = select(TaskHelper.unit_id, TaskHelper.person_id).where(TaskHelper.task_id.in_(task_ids))
    rows: Any = db.session.execute(union(having, helping)).all()
    people: set[int | None] = {row.person_id for row in rows}
    people |= _answering({row.unit_id for row in rows if row.unit_id is not None})
    return tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{plan.id}:{key}",
        detail={"plan_id": plan.id, "what": what, **detail},
        person_ids=people - {actor.person_id},
    )


def _answering(unit_ids: Iterable[int]) -> set[int]:
    units = sorted(unit_ids)
    return answering_for(*units) if units else set()
