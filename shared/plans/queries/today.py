"""What tasks ask of a person today: the own unit's open ones, late first, and what was handed in to be confirmed."""

from dataclasses import dataclass
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
from shared.plans.queries.tasks import CAP, OPEN, TaskRow, asked_by, kept_units

#: Tasks named on the page; the rest is a number that opens into the list.
NAMED = 5


@dataclass(frozen=True, slots=True)
class AtHand:
    """`rows`: the first of the own unit's open tasks; `open`, `late`: of all of them; `handed_in`: to be confirmed."""

    rows: list[TaskRow]
    open: int
    late: int
    handed_in: int


def at_hand(actor: Actor) -> AtHand:
    """At most two queries; none for whoever neither works on tasks nor asks for them."""
    rows, open_, late = _own(actor)
    return AtHand(rows, open_, late, _handed_in(actor) if actor.may(Permission.PLAN_EDIT) else 0)


def _own(actor: Actor) -> tuple[list[TaskRow], int, int]:
    """Of the units that the person answers for itself, not of those below."""
    kept = kept_units(actor)
    if not kept:
        return [], 0, 0
    on = today()
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
            func.count().over(),
            func.count().filter(Task.due_on < on).over(),
        )
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .where(
            Task.unit_id == any_(literal(kept, ARRAY(BigInteger))),
            reach_filter(actor, Permission.PLAN_VIEW, Unit.path),
            Task.state.in_(OPEN),
            or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))),
        )
        .order_by(Task.due_on, Task.id)
        .limit(NAMED)
    ).all()
    if not found:
        return [], 0, 0
    return [TaskRow(*row[:11]) for row in found], found[0][11], found[0][12]


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
