"""What one unit asks of many, and is late, is told once a stage: to the unit that owes it, then to the asking one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.reminders.actions.holding import Late, hold
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import OWN, SUPERIOR, answering

#: Told by one run; what is left over waits for the next minute.
MOST = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of it. `owed` is the model of the rows, each with unit, state and stage told; `by` the model of what
    asks for them, with the unit that does."""

    #: The kind of occasion, for the composers of the worker.
    kind: str
    #: In the trail: `<name>.late` on a `<name>`; the composer finds the asking row under `<name>_id`.
    name: str
    owed: Any
    by: Any
    #: The owed row's key of what asks, and the last day.
    link: InstrumentedAttribute[int]
    until: InstrumentedAttribute[Any]
    #: In which states it is owed and asked for.
    states: Sequence[str]
    asking: Sequence[str]


def tell_asked(actor: Actor, *, steps: Ladder, asked: Asked) -> int:
    """Tell of rows past their day by the tenant's steps, from the tenant's hour on. Returns how many came to a stage.

    The stage stands on the row and is written in the same transaction: a second sweep passes over it. One part of
    the day's digest a person, stage and asking row.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    owed, by = asked.owed, asked.by
    second = on - timedelta(days=steps.superior)
    reached: ColumnElement[bool] = or_(
        and_(owed.told < 1, asked.until <= on - timedelta(days=steps.overdue)),
        and_(owed.told < 2, asked.until <= second),
    )
    due = (
        select(owed.tenant_id, owed.id, owed.told, asked.until.label("until"), by.unit_id.label("by_unit_id"))
        .join(by, and_(by.tenant_id == owed.tenant_id, by.id == asked.link))
        .where(by.state.in_(asked.asking), owed.state.in_(asked.states), reached)
        .order_by(asked.until, owed.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=owed)
        .cte("due")
    )
    late = db.session.execute(
        update(owed)
        .where(owed.tenant_id == due.c.tenant_id, owed.id == due.c.id)
        .values(told=case((due.c.until <= second, 2), else_=1))
        .returning(
            owed.id,
            asked.link.label("of_id"),
            owed.unit_id,
            due.c.by_unit_id,
            owed.told,
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
                told.setdefault((person_id, stage, row.of_id), []).append(row.id)
    messages = hold(
        actor,
        kind=asked.kind,
        lates=[
            # What becomes late later on the same day is another message, the same set is not.
            Late(
                f"{asked.kind}:{person_id}:{on}:{stage}:{of_id}:{min(ids)}",
                {"ids": sorted(ids), "stage": stage, f"{asked.name}_id": of_id},
                [person_id],
            )
            for (person_id, stage, of_id), ids in told.items()
        ],
    )
    record(
        actor,
        verb=f"{asked.name}.late",
        object_type=asked.name,
        object_id=late[0].of_id,
        unit_id=None,
        detail={"count": len(late), "messages": messages},
    )
    return len(late)
