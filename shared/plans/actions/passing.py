"""Passing a task on (一级抓一级): the unit that has it asks units below for their part, and confirms what they do."""

from datetime import date

from sqlalchemy import BigInteger, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.models import Task, TaskNote

#: States from which a task can be passed on.
PASSING = ("assigned", "accepted", "returned")
#: Units offered and asked in one act.
MOST_UNITS = 300
MAX_REMARK = 500


def units_below(actor: Actor, task: Task) -> list[tuple[int, str, int]]:
    """Active units below the task's own, in the actor's reach, that have no part of it yet: (id, name, depth)."""
    path = db.session.execute(select(Unit.path).where(Unit.id == task.unit_id)).scalar_one()
    has = (
        select(Task.id)
        .where(
            Task.tenant_id == Unit.tenant_id,
            Task.unit_id == Unit.id,
            Task.state != "withdrawn",
            Task.parent_id == task.id
            if task.plan_item_id is None
            else (Task.plan_item_id == task.plan_item_id),
        )
        .exists()
    )
    rows = db.session.execute(
        select(Unit.id, Unit.name, func.length(Unit.path))
        .where(
            func.starts_with(Unit.path, path),
            Unit.path != path,
            Unit.state == "active",
            reach_filter(actor, Permission.PLAN_EDIT, Unit.path),
            ~has,
        )
        .order_by(Unit.path)
        .limit(MOST_UNITS)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def pass_on(
    actor: Actor,
    *,
    task: Task,
    unit_ids: list[int],
    due_on: date | None,
    remark: str,
    version: int,
    form_key: str,
) -> int:
    """Ask these units below for their part of a task, locked by the caller; returns how many were asked.

    A part is a task of its own, asked for by the unit that passes it on, with a last day no later than the task's own.
    The same form again asks nobody twice and gives 0. Raises Conflict when somebody else acted since `version` was
    shown or the task is done, Invalid with the wrong fields.
    """
    if db.session.scalar(select(TaskNote.id).where(TaskNote.form_key == form_key)) is not None:
        return 0
    if task.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if task.state not in PASSING:
        raise Conflict(_("This step cannot follow; look at the task again."))
    offered = {key for key, _name, _depth in units_below(actor, task)}
    chosen = sorted(set(unit_ids) & offered)
    on = today()
    wrong: dict[str, object] = {}
    if not chosen:
        wrong["units"] = _("Tick at least one unit.")
    if len(remark) > MAX_REMARK:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_REMARK)
    last = due_on or max(task.due_on, on)
    if due_on is not None and due_on < on:
        wrong["due_on"] = _("This day is over.")
    elif due_on is not None and due_on > max(task.due_on, on):
        wrong["due_on"] = _("The task itself is due on %(day)s.", day=task.due_on.isoformat())
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(remark)
    columns = {
        "plan_id": literal(task.plan_id, BigInteger),
        "plan_item_id": literal(task.plan_item_id, BigInteger),
        "parent_id": literal(task.id),
        "unit_id": Unit.id,
        "by_unit_id": literal(task.unit_id),
        "title": literal(task.title),
        "content": literal(task.content),
        "deliverable": literal(task.deliverable),
        "proof": literal(task.proof),
        "standard": literal(task.standard),
        "begins_on": literal(on),
        "due_on": literal(last),
        "duty_kind": literal(task.duty_kind),
        "assigned_by": literal(actor.person_id, BigInteger),
    }
    rows = select(*columns.values()).where(Unit.id == any_(literal(chosen, ARRAY(BigInteger))))
    made = db.session.scalars(
        insert(Task).from_select(list(columns), rows).on_conflict_do_nothing().returning(Task.unit_id)
    ).all()
    task.state = "accepted"
    task.version += 1
    db.session.add(
        TaskNote(
            task_id=task.id,
            act="pass_on",
            remark=remark.strip(),
            person_id=actor.person_id,
            form_key=form_key,
        )
    )
    db.session.flush()
    record(
        actor,
        verb="task.pass_on",
        object_type="task",
        object_id=task.id,
        unit_id=task.unit_id,
        detail={"units": len(made)},
    )
    tell(
        actor,
        kind="task",
        key=f"task:{task.id}:{task.version}",
        detail={"task_id": task.id, "act": "pass_on"},
        person_ids=[one for one in answering_for(*made) if one != actor.person_id],
    )
    return len(made)


def withdraw_parts(task: Task) -> None:
    """What was passed on of a task that is withdrawn goes with it, however deep."""
    db.session.execute(_WITHDRAW, {"task_id": task.id})


_WITHDRAW = text(
    "with recursive part as ("
    " select tenant_id, id from task where parent_id = :task_id"
    " union all select task.tenant_id, task.id from task join part"
    " on task.tenant_id = part.tenant_id and task.parent_id = part.id)"
    " update task set state = 'withdrawn', version = task.version + 1 from part"
    " where task.tenant_id = part.tenant_id and task.id = part.id"
    " and task.state in ('assigned', 'accepted', 'returned', 'done')"
)
