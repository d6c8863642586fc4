"""Who answers for the units is told what a plan asks of them; once for each version of the plan."""

from sqlalchemy import select

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.db import db
from shared.plans.models import Plan, Task

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


def tell_all(actor: Actor, plan: Plan) -> int:
    """Tell everybody who has a task of it."""
    units = db.session.scalars(
        select(Task.unit_id).where(Task.plan_id == plan.id, Task.state != "withdrawn").distinct()
    ).all()
    return tell_units(actor, plan, list(units)) if units else 0
