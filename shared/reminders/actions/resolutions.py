"""Overdue resolutions are told once: to whoever does them, and to whoever answers for the unit."""

from datetime import timedelta

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.events.models import Resolution
from shared.reminders.actions.holding import Late, hold
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import answering

#: The kind of occasion, for the composers of the worker.
LATE = "resolution_late"
#: Told by one run; what is left over waits for the next minute.
MOST = 500


def tell_late_resolutions(actor: Actor, *, steps: Ladder) -> int:
    """Tell of what has passed its day by the tenant's step, from the tenant's hour on. Returns how many are new.

    Each resolution is told once for its day and owner, however often the sweep comes by: the row is marked in the same
    transaction, and a second sweep waits for it and finds it marked. One part of the day's digest a
    person for all of them.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    due = (
        select(Resolution.tenant_id, Resolution.id)
        .where(
            Resolution.state == "open",
            Resolution.due_on <= on - timedelta(days=steps.overdue),
            Resolution.told_on.is_(None),
        )
        .order_by(Resolution.due_on, Resolution.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    late = db.session.execute(
        update(Resolution)
        .where(Resolution.tenant_id == due.c.tenant_id, Resolution.id == due.c.id)
        .values(told_on=on)
        .returning(Resolution.id, Resolution.unit_id, Resolution.owner_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not late:
        return 0
    answer = answering({row.unit_id for row in late}, on=on)
    told: dict[int, list[int]] = {}
    for row in late:
        for person_id in {row.owner_id, *answer[row.unit_id]} - {None}:
            told.setdefault(person_id, []).append(row.id)
    messages = hold(
        actor,
        kind=LATE,
        lates=[
            # What becomes late later on the same day is another message, the same set is not.
            Late(f"{LATE}:{person_id}:{on}:{min(ids)}", {"ids": sorted(ids)}, [person_id])
            for person_id, ids in told.items()
        ],
    )
    record(
        actor,
        verb="resolution.late",
        object_type="resolution",
        object_id=late[0].id,
        unit_id=None,
        detail={"count": len(late), "messages": messages},
    )
    return len(late)
