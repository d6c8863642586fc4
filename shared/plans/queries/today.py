"""What tasks ask of a person today: the open ones of the own unit, led or helped with; what waits to be confirmed."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, and_, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.organisations.models import Unit
from shared.plans.models import Plan, Task
from shared.plans.queries.helping import mine
from shared.plans.queries.tasks import CAP, OPEN, TaskRow, asked_by, kept_units

#: Tasks named on the page; the rest is a number that opens into the list.
NAMED = 5


@dataclass(frozen=True, slots=True)
class AtHand:
    """`rows`: the first of the open tasks at hand; `open`, `late`: of all of the own unit; `led`: led or helped with
    beyond these; `handed_in`: to be confirmed.
    """

    rows: list[TaskRow]
    open: int
    late: int
    led: int
    handed_in: int


def at_hand(actor: Actor) -> AtHand:
    """At most two queries; none for whoever is nobody in the roster and asks for nothing."""
    found = _own(actor)
    return replace(found, handed_in=_handed_in(actor)) if actor.may(Permission.PLAN_EDIT) else found


def _own(actor: Actor) -> AtHand:
    """Of the units that the person answers for itself, what the person leads, and what one helps with."""
    kept = kept_units(actor)
    if not kept and actor.person_id is None:
        return AtHand([], 0, 0, 0, 0)
    on = today()
    keys = mine(actor, of_units=True)
    of_unit = Task.unit_id == any_(literal(kept, ARRAY(BigInteger)))
    found: Any = db.session.execute(
        select(
            Task.id,
            Task.title,
            Task.unit_id,
            Unit.name,
            Task.plan_id,
            func.coalesce(Plan.title, ""),
            Task.due_on,
            Task.state,
            Task.percent,
            literal(""),
            Task.duty_kind,
            Task.post,
            of_unit,
            func.count().over(),
            func.count().filter(of_unit).over(),
            func.count().filter(of_unit, Task.due_on < on).over(),
        )
        .join(keys, and_(keys.c.tenant_id == Task.tenant_id, keys.c.id == Task.id))
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .where(Task.state.in_(OPEN), or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))))
        .order_by(Task.due_on, Task.id)
        .limit(NAMED)
    ).all()
    if not found:
        return AtHand([], 0, 0, 0, 0)
    every, open_, late = found[0][13:]
    return AtHand([TaskRow(*row[:13]) for row in found], open_, late, every - open_, 0)


def _handed_in(actor: Actor) -> int:
    """Handed in to a unit for which the person may confirm; CAP + 1 at most."""
    inner = (
        select(Task.id)
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .where(
            Task.state == "done",
            asked_by(actor),
            or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))),
            reach_filter(actor, Permission.PLAN_VIEW, Unit.path),
        )
        .limit(CAP + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(inner)) or 0
