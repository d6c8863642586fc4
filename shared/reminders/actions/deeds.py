"""Late deeds are told once a stage: to the unit that does them, then to the unit that gave them."""

from datetime import timedelta

from sqlalchemy import and_, case, or_, select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.deeds.models import Deed
from shared.reminders.actions.holding import Late, hold
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import OWN, SUPERIOR, answering

#: The kind of occasion, for the composers of the worker.
LATE = "deed_late"
#: Told by one run; what is left over waits for the next minute.
MOST = 500


def tell_late_deeds(actor: Actor, *, steps: Ladder) -> int:
    """Tell of deeds past their day by the tenant's steps, from the tenant's hour on. Returns how many came to a stage.

    The stage stands on the row and is written in the same transaction: a second sweep passes over it. One part of
    the day's digest a person and stage for all of them.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    first, second = on - timedelta(days=steps.overdue), on - timedelta(days=steps.superior)
    due = (
        select(Deed.tenant_id, Deed.id, Deed.told)
        .where(
            Deed.state.in_(("open", "returned")),
            or_(and_(Deed.told < 1, Deed.due_on <= first), and_(Deed.told < 2, Deed.due_on <= second)),
        )
        .order_by(Deed.due_on, Deed.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    late = db.session.execute(
        update(Deed)
        .where(Deed.tenant_id == due.c.tenant_id, Deed.id == due.c.id)
        .values(told=case((Deed.due_on <= second, 2), else_=1))
        .returning(
            Deed.id, Deed.unit_id, Deed.by_unit_id, Deed.owner_id, Deed.told, due.c.told.label("before")
        )
        .execution_options(synchronize_session=False)
    ).all()
    if not late:
        return 0
    answer = answering({row.unit_id for row in late}, on=on)
    above = answering({row.by_unit_id for row in late}, on=on, roles=OWN + SUPERIOR)
    told: dict[tuple[int, int], list[int]] = {}
    for row in late:
        own = {row.owner_id, *answer[row.unit_id]} if row.before < 1 else set()
        # A unit that gave itself the deed is told once.
        giver = set(above[row.by_unit_id]) if row.told == 2 and row.by_unit_id != row.unit_id else set()
        for stage, people in ((1, own), (2, giver)):
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
        verb="deed.late",
        object_type="deed",
        object_id=late[0].id,
        unit_id=None,
        detail={"count": len(late), "messages": messages},
    )
    return len(late)
