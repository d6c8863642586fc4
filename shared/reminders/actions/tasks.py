"""Late tasks are told once a stage: to the unit that has them, then to the unit that asks for them."""

from datetime import timedelta

from sqlalchemy import and_, case, or_, select, update

from shared.access.actor import Actor
from shared.accounts.models import RoleGrant
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.plans.models import Plan, Task
from shared.reminders.actions.holding import Late, hold
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import OWN, SUPERIOR, answering

#: The kind of occasion, for the composers of the worker.
LATE = "task_late"
#: Told by one run; what is left over waits for the next minute.
MOST = 500


def tell_late_tasks(actor: Actor, *, steps: Ladder) -> int:
    """Tell of tasks past their day by the tenant's steps, from the tenant's hour on. Returns how many came to a stage.

    The stage stands on the row and is written in the same transaction: a second sweep passes over it. One part of
    the day's digest a person and stage for all of them. A task of a plan that is not issued is told to nobody.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    first, second = on - timedelta(days=steps.overdue), on - timedelta(days=steps.superior)
    due = (
        select(Task.tenant_id, Task.id, Task.told)
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .where(
            Task.state.in_(("assigned", "accepted", "returned")),
            or_(
                and_(Task.told < 1, Task.due_on <= first),
                and_(Task.told < 2, Task.due_on <= second),
            ),
            or_(Plan.state.is_(None), Plan.state == "issued"),
        )
        .order_by(Task.due_on, Task.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=Task)
        .cte("due")
    )
    late = db.session.execute(
        update(Task)
        .where(Task.tenant_id == due.c.tenant_id, Task.id == due.c.id)
        .values(told=case((Task.due_on <= second, 2), else_=1))
        .returning(
            Task.id, Task.unit_id, Task.by_unit_id, Task.owner_id, Task.told, due.c.told.label("before")
        )
        .execution_options(synchronize_session=False)
    ).all()
    if not late:
        return 0
    answer = answering({row.unit_id for row in late}, on=on)
    above = answering({row.by_unit_id for row in late}, on=on, roles=OWN + SUPERIOR)
    if not all(above[row.by_unit_id] for row in late if row.told == 2):
        # Where nobody answers for the unit that asks, the organisation's own administrators do.
        admins = set(
            db.session.scalars(
                select(RoleGrant.person_id).where(
                    RoleGrant.role == "admin",
                    RoleGrant.ended_at.is_(None),
                    RoleGrant.since <= on,
                    or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
                )
            )
        )
        above = {unit_id: people or admins for unit_id, people in above.items()}
    told: dict[tuple[int, int], list[int]] = {}
    for row in late:
        stages = {
            1: {row.owner_id, *answer[row.unit_id]} if row.before < 1 else set(),
            2: set(above[row.by_unit_id]) if row.told == 2 else set(),
        }
        for stage, people in stages.items():
            for person_id in people - {None}:
                told.setdefault((person_id, stage), []).append(row.id)
    messages = hold(
        actor,
        kind=LATE,
        lates=[
            # What becomes late later on the same day is another message, the same set is not.
            Late(
                f"{LATE}:{person_id}:{on}:{stage}:{min(ids)}",
                {"ids": sorted(ids), "stage": stage},
                [person_id],
            )
            for (person_id, stage), ids in told.items()
        ],
    )
    record(
        actor,
        verb="task.late",
        object_type="task",
        object_id=late[0].id,
        unit_id=None,
        detail={"count": len(late), "messages": messages},
    )
    return len(late)
