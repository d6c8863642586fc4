"""How a plan stands: its items in the order of the text, and the tasks given from it by unit."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.plans.models import Plan, PlanItem, Task


@dataclass(frozen=True, slots=True)
class Given:
    """One task: what, of which item, who does it until when, and how far it is."""

    label: str
    title: str
    unit_name: str
    owner: str
    due_on: date
    state: str
    percent: int

    def late(self, on: date) -> bool:
        return self.state in ("assigned", "accepted", "returned") and self.due_on < on


def plan_of(plan_id: int) -> Plan:
    """The plan, whose reach was looked at where it was asked for. One query."""
    return db.session.execute(select(Plan).where(Plan.id == plan_id)).scalar_one()


def tasks_of_plan(actor: Actor, plan_id: int, below: str) -> list[Given]:
    """The tasks of a plan within the actor's reach, of the units of a path, in the order of the text and the tree.

    One query.
    """
    rows = db.session.execute(
        select(
            func.coalesce(PlanItem.label, ""),
            Task.title,
            Unit.name,
            func.coalesce(Person.name, ""),
            Task.due_on,
            Task.state,
            Task.percent,
        )
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .join(
            PlanItem,
            and_(PlanItem.tenant_id == Task.tenant_id, PlanItem.id == Task.plan_item_id),
            isouter=True,
        )
        .join(Person, and_(Person.tenant_id == Task.tenant_id, Person.id == Task.owner_id), isouter=True)
        .where(
            Task.plan_id == plan_id,
            Task.state != "withdrawn",
            reach_filter(actor, Permission.PLAN_VIEW, Unit.path),
            func.starts_with(Unit.path, below),
        )
        .order_by(PlanItem.path, Unit.path, Task.id)
    )
    return [Given(*row) for row in rows]
