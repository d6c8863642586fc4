"""Sheets of a round past their last day are told once a stage: to the unit, then to the one that holds the round."""

from datetime import timedelta

from sqlalchemy import and_, case, or_, select, update

from shared.access.actor import Actor
from shared.assessments.models import Entry, Round
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.reminders.actions.holding import Late, hold
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import OWN, SUPERIOR, answering

#: The kind of occasion, for the composers of the worker.
LATE = "assessment_late"
#: Told by one run; what is left over waits for the next minute.
MOST = 500


def tell_late_rounds(actor: Actor, *, steps: Ladder) -> int:
    """Tell of sheets not handed in by the tenant's steps, from the tenant's hour on. Returns how many came to a stage.

    The stage stands on the row and is written in the same transaction: a second sweep passes over it. One part of
    the day's digest a person, stage and round.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    first, second = on - timedelta(days=steps.overdue), on - timedelta(days=steps.superior)
    due = (
        select(
            Entry.tenant_id,
            Entry.id,
            Entry.told,
            Round.self_until,
            Round.unit_id.label("by_unit_id"),
        )
        .join(Round, and_(Round.tenant_id == Entry.tenant_id, Round.id == Entry.round_id))
        .where(
            Round.state.in_(("open", "review")),
            Entry.state.in_(("open", "returned")),
            or_(
                and_(Entry.told < 1, Round.self_until <= first),
                and_(Entry.told < 2, Round.self_until <= second),
            ),
        )
        .order_by(Round.self_until, Entry.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=Entry)
        .cte("due")
    )
    late = db.session.execute(
        update(Entry)
        .where(Entry.tenant_id == due.c.tenant_id, Entry.id == due.c.id)
        .values(told=case((due.c.self_until <= second, 2), else_=1))
        .returning(
            Entry.id,
            Entry.round_id,
            Entry.unit_id,
            due.c.by_unit_id,
            Entry.told,
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
                told.setdefault((person_id, stage, row.round_id), []).append(row.id)
    messages = hold(
        actor,
        kind=LATE,
        lates=[
            # What becomes late later on the same day is another message, the same set is not.
            Late(
                f"{LATE}:{person_id}:{on}:{stage}:{round_id}:{min(ids)}",
                {"ids": sorted(ids), "stage": stage, "round_id": round_id},
                [person_id],
            )
            for (person_id, stage, round_id), ids in told.items()
        ],
    )
    record(
        actor,
        verb="round.late",
        object_type="round",
        object_id=late[0].round_id,
        unit_id=None,
        detail={"count": len(late), "messages": messages},
    )
    return len(late)
