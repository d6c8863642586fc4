"""Who helps with a task, and what a person has to do with tasks beyond the own unit's: led by a post, helped with."""

from typing import Any

from sqlalchemy import BigInteger, and_, any_, func, literal, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import CTE

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.events.queries import people_on
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.plans.models import Plan, Task, TaskHelper
from shared.plans.queries.tasks import OPEN, TaskRow, kept_units

#: Units offered as helpers; tasks shown on the own list.
MOST_OFFERED = 300
MOST_OWN = 200


def mine(actor: Actor, *, of_units: bool) -> CTE:
    """Keys of the tasks that the person leads or helps with; `of_units`: and those of the units one answers for."""
    kept = literal(kept_units(actor), ARRAY(BigInteger))
    ways = [
        select(Task.tenant_id, Task.id).where(Task.owner_id == actor.person_id, Task.state.in_(OPEN)),
        select(TaskHelper.tenant_id, TaskHelper.task_id).where(TaskHelper.person_id == actor.person_id),
        select(TaskHelper.tenant_id, TaskHelper.task_id).where(TaskHelper.unit_id == any_(kept)),
    ]
    if of_units:
        ways.append(select(Task.tenant_id, Task.id).where(Task.unit_id == any_(kept), Task.state.in_(OPEN)))
    return union(*ways).cte("mine")


def own_tasks(actor: Actor) -> list[TaskRow]:
    """Open tasks that the person leads or helps with, the earliest day first. One query."""
    if actor.person_id is None:
        return []
    keys = mine(actor, of_units=False)
    rows: Any = db.session.execute(
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
            func.coalesce(Person.name, ""),
            Task.duty_kind,
            Task.post,
            literal(False),
        )
        .join(keys, and_(keys.c.tenant_id == Task.tenant_id, keys.c.id == Task.id))
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .join(Person, and_(Person.tenant_id == Task.tenant_id, Person.id == Task.owner_id), isouter=True)
        .where(Task.state.in_(OPEN), or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))))
        .order_by(Task.due_on, Task.id)
        .limit(MOST_OWN)
    )
    return [TaskRow(*row) for row in rows]


def part_in(actor: Actor, task: Task) -> str:
    """'leads', 'helps' or '': what the person has to do with a task oneself. At most one query."""
    if actor.person_id is not None and task.owner_id == actor.person_id:
        return "leads"
    kept = literal(kept_units(actor), ARRAY(BigInteger))
    found = db.session.scalar(
        select(TaskHelper.id)
        .where(
            TaskHelper.task_id == task.id,
            or_(TaskHelper.person_id == actor.person_id, TaskHelper.unit_id == any_(kept)),
        )
        .limit(1)
    )
    return "helps" if found is not None else ""


def task_of_mine(actor: Actor, task_id: int, *, lock: bool = False) -> tuple[Task, Unit, str] | None:
    """A task of an issued plan that the person leads or helps with, its unit, and which of the two. Two queries."""
    statement = (
        select(Task, Unit)
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .where(Task.id == task_id, or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))))
    )
    if lock:
        statement = statement.with_for_update(of=Task).execution_options(populate_existing=True)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    part = part_in(actor, row[0])
    return (row[0], row[1], part) if part else None


def helpers(task_id: int) -> tuple[dict[int, str], dict[int, str]]:
    """The units and the people that help, with their names. Two queries."""
    units = db.session.execute(
        select(Unit.id, Unit.name)
        .join(TaskHelper, and_(TaskHelper.tenant_id == Unit.tenant_id, TaskHelper.unit_id == Unit.id))
        .where(TaskHelper.task_id == task_id)
        .order_by(Unit.path)
    )
    people = db.session.execute(
        select(Person.id, Person.name)
        .join(TaskHelper, and_(TaskHelper.tenant_id == Person.tenant_id, TaskHelper.person_id == Person.id))
        .where(TaskHelper.task_id == task_id)
        .order_by(Person.name_key, Person.id)
    )
    return {row[0]: row[1] for row in units}, {row[0]: row[1] for row in people}


def offered_units(actor: Actor) -> dict[int, str]:
    """Active units in whose name the person may ask or work, in the order of the tree. One query."""
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.state == "active",
            or_(
                reach_filter(actor, Permission.PLAN_EDIT, Unit.path),
                reach_filter(actor, Permission.TASK_WORK, Unit.path),
            ),
        )
        .order_by(Unit.path)
        .limit(MOST_OFFERED)
    )
    return {row[0]: row[1] for row in rows}


def offered_people(unit_id: int) -> dict[int, str]:
    """Members of a unit today. One query."""
    return {one.id: one.name for one in people_on(unit_id, today())}
