"""Tables past their last day are told once a stage: to the unit that has to fill in, then to the one that asks."""

from datetime import timedelta

from sqlalchemy import and_, case, or_, select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.reminders.actions.holding import Late, hold
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import OWN, SUPERIOR, answering
from shared.returns.models import Filling, ReturnTable

#: The kind of occasion, for the composers of the worker.
LATE = "return_late"
#: Told by one run; what is left over waits for the next minute.
MOST = 500


def tell_late_returns(actor: Actor, *, steps: Ladder) -> int:
    """Tell of copies past their day by the tenant's steps, from the tenant's hour on. Returns how many came to a stage.

    The stage stands on the row and is written in the same transaction: a second sweep passes over it. One part of
    the day's digest a person, stage and table.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    first, second = on - timedelta(days=steps.overdue), on - timedelta(days=steps.superior)
    due = (
        select(
            Filling.tenant_id,
            Filling.id,
            Filling.told,
            ReturnTable.due_on,
            ReturnTable.unit_id.label("by_unit_id"),
        )
        .join(
            ReturnTable,
            and_(ReturnTable.tenant_id == Filling.tenant_id, ReturnTable.id == Filling.return_id),
        )
        .where(
            ReturnTable.state == "issued",
            Filling.state.in_(("open", "returned")),
            or_(
                and_(Filling.told < 1, ReturnTable.due_on <= first),
                and_(Filling.told < 2, ReturnTable.due_on <= second),
            ),
        )
        .order_by(ReturnTable.due_on, Filling.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=Filling)
        .cte("due")
    )
    late = db.session.execute(
        update(Filling)
        .where(Filling.tenant_id == due.c.tenant_id, Filling.id == due.c.id)
        .values(told=case((due.c.due_on <= second, 2), else_=1))
        .returning(
            Filling.id,
            Filling.return_id,
            Filling.unit_id,
            due.c.by_unit_id,
            Filling.told,
            due.c.told.label("before"),
        )
        .execution_options(synchronize_session=False)
    ).all()
    if not late:
        return 0
    answer = answering({row.unit_id for row in late}, on=on)
    above = answering({row.by_unit_id for row in late}, on=on, roles=OWN + SUPERIOR)
    told: dict[tuple[int, int, int], list[int]] = {}
    for row in late:
        stages = {
            1: answer[row.unit_id] if row.before < 1 else set(),
            2: above[row.by_unit_id] if row.told == 2 else set(),
        }
        for stage, people in stages.items():
            for person_id in people:
                told.setdefault((person_id, stage, row.return_id), []).append(row.id)
    messages = hold(
        actor,
        kind=LATE,
        lates=[
            # What becomes late later on the same day is another message, the same set is not.
            Late(
                f"{LATE}:{person_id}:{on}:{stage}:{return_id}:{min(ids)}",
                {"ids": sorted(ids), "stage": stage, "return_id": return_id},
                [person_id],
            )
            for (person_id, stage, return_id), ids in told.items()
        ],
    )
    record(
        actor,
        verb="return.late",
        object_type="return",
        object_id=late[0].return_id,
        unit_id=None,
        detail={"count": len(late), "messages": messages},
    )
    return len(late)
