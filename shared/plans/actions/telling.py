"""Who answers for the units is told what a plan asks of them; once for each version of the plan."""

from sqlalchemy import BigInteger, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.accounts.actions.telling import tell
from shared.accounts.models import RoleGrant
from shared.clock import today
from shared.db import db
from shared.members.models import Post
from shared.members.posts import LEADING
from shared.plans.models import Plan, Task

#: The kind of occasion, for the composers of the worker.
OCCASION = "plan"


def answering(unit_ids: list[int]) -> list[int]:
    """Secretaries, keepers and leading holders of office of these units today. Two queries."""
    on = today()
    units = literal(unit_ids, ARRAY(BigInteger))
    by_role = select(RoleGrant.person_id).where(
        RoleGrant.unit_id == any_(units),
        RoleGrant.role.in_(("secretary", "keeper")),
        RoleGrant.ended_at.is_(None),
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
    )
    by_post = select(Post.person_id).where(
        Post.unit_id == any_(units), Post.code.in_(LEADING), Post.until.is_(None)
    )
    return sorted({*db.session.scalars(by_role), *db.session.scalars(by_post)})


def tell_units(actor: Actor, plan: Plan, unit_ids: list[int]) -> int:
    """Tell whoever answers for these units that the plan asks something of them."""
    return tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{plan.id}:{plan.version}",
        detail={"plan_id": plan.id},
        person_ids=answering(unit_ids),
    )


def tell_all(actor: Actor, plan: Plan) -> int:
    """Tell everybody who has a task of it."""
    units = db.session.scalars(
        select(Task.unit_id).where(Task.plan_id == plan.id, Task.state != "withdrawn").distinct()
    ).all()
    return tell_units(actor, plan, list(units)) if units else 0
