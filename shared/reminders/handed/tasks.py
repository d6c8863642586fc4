"""Tasks that the former holder led at the unit, by the post or by name, and those one helped with."""

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.accounts.models import Handover
from shared.db import db
from shared.plans.models import Task, TaskHelper
from shared.reminders.handed.part import LINES, Open, Part

_OPEN = ("assigned", "accepted", "returned")


def _led(handover: Handover) -> ColumnElement[bool]:
    """Of the unit: given to the post, whoever led it, or led by the former by name."""
    by_post = and_(Task.post == handover.post_code, Task.owner_id.is_distinct_from(handover.to_person_id))
    return and_(
        Task.unit_id == handover.unit_id,
        Task.state.in_(_OPEN),
        or_(by_post, and_(Task.post == "", Task.owner_id == handover.from_person_id)),
    )


def _helped(handover: Handover) -> ColumnElement[bool]:
    """Tasks with which the former helps, of the unit or asked for by it."""
    return and_(
        Task.state.in_(_OPEN),
        exists(
            select(1).where(
                TaskHelper.tenant_id == Task.tenant_id,
                TaskHelper.task_id == Task.id,
                TaskHelper.person_id == handover.from_person_id,
            )
        ),
        or_(
            Task.unit_id == handover.unit_id,
            Task.by_unit_id == handover.unit_id,
        ),
    )


def read_tasks(handover: Handover) -> Part:
    """The earliest day first. One query."""
    rows = db.session.execute(
        select(Task.title, Task.due_on, func.count().over())
        .where(or_(_led(handover), _helped(handover)))
        .order_by(Task.due_on, Task.id)
        .limit(LINES)
    ).all()
    return Part(rows[0][2] if rows else 0, [Open(title, "", due_on) for title, due_on, _n in rows])


def take_tasks(actor: Actor, handover: Handover) -> int:
    """They are the successor's; where the successor helps already, the former only leaves."""
    led = db.session.scalars(
        update(Task)
        .where(_led(handover))
        .values(owner_id=handover.to_person_id)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    ).all()
    if handover.from_person_id is None:
        return len(set(led))
    helped = select(Task.id).where(_helped(handover))
    other = aliased(TaskHelper)
    has = exists(
        select(1).where(
            other.tenant_id == TaskHelper.tenant_id,
            other.task_id == TaskHelper.task_id,
            other.person_id == handover.to_person_id,
        )
    )
    mine = and_(TaskHelper.person_id == handover.from_person_id, TaskHelper.task_id.in_(helped))
    passed = db.session.scalars(
        update(TaskHelper)
        .where(mine, ~has)
        .values(person_id=handover.to_person_id)
        .returning(TaskHelper.task_id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.execute(delete(TaskHelper).where(mine).execution_options(synchronize_session=False))
    return len({*led, *passed})
