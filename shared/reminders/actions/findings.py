"""Late findings and measures, and months that nothing was said of, are told once a stage."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, or_, select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.findings.models import Finding, Inspection, Measure
from shared.findings.queries.lists import OPEN
from shared.organisations.models import Unit
from shared.reminders.actions.holding import Late, hold
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import OWN, SUPERIOR, answering, superiors
from shared.watchlist.models import WatchEntry
from shared.watchlist.queries.lists import last_month, month_missing

#: The kinds of occasion, for the composers of the worker.
LATE = "finding_late"
WATCH_LATE = "watch_late"
#: Told by one run; what is left over waits for the next minute.
MOST = 500


def tell_late_findings(actor: Actor, *, steps: Ladder) -> int:
    """Tell of findings and measures past their day by the tenant's steps. Returns how many came to a stage.

    First the unit that puts it right and whoever answers for a measure; then whoever answers for the unit that leads
    the rectification, or where that is the same unit, for the next one above. The stage stands on the row and is
    written in the same transaction: a second sweep passes over it. One part of the day's digest
    a person and stage for all of them.
    """
    on = today()
    if not steps.speaks(now()):
        return 0
    first, second = on - timedelta(days=steps.overdue), on - timedelta(days=steps.superior)
    late, measures = _findings(first, second), _measures(first)
    if not late and not measures:
        return 0
    units = {row.unit_id for row in [*late, *measures]}
    answer = answering(units, on=on)
    above = answering({row.leading_id for row in late}, on=on, roles=OWN + SUPERIOR)
    same = {row.unit_id: row.path for row in late if row.leading_id == row.unit_id}
    higher = superiors(same, on=on) if same else {}
    told: dict[tuple[int, int], tuple[list[int], list[int]]] = {}

    def note(people: set[int | None], stage: int, place: int, key: int) -> None:
        for person_id in people - {None}:
            told.setdefault((person_id or 0, stage), ([], []))[place].append(key)

    for row in late:
        if row.before < 1:
            note({*answer[row.unit_id]}, 1, 0, row.id)
        if row.told == 2:
            note({*higher.get(row.unit_id, above[row.leading_id])}, 2, 0, row.id)
    for row in measures:
        note({row.owner_id, *answer[row.unit_id]}, 1, 1, row.id)
    messages = hold(
        actor,
        kind=LATE,
        lates=[
            # What becomes late later on the same day is another message, the same set is not.
            Late(
                f"{LATE}:{person_id}:{on}:{stage}:{min(ids, default=0)}:{min(measure_ids, default=0)}",
                {"ids": sorted(ids), "measures": sorted(measure_ids), "stage": stage},
                [person_id],
            )
            for (person_id, stage), (ids, measure_ids) in told.items()
        ],
    )
    record(
        actor,
        verb="finding.late",
        object_type="finding",
        object_id=(late[0].id if late else measures[0].finding_id),
        unit_id=None,
        detail={"count": len(late) + len(measures), "messages": messages},
    )
    return len(late) + len(measures)


def _findings(first: date, second: date) -> list[Any]:
    due = (
        select(
            Finding.tenant_id,
            Finding.id,
            Finding.told,
            Inspection.unit_id.label("leading_id"),
            Unit.path.label("path"),
        )
        .join(
            Inspection,
            and_(Inspection.tenant_id == Finding.tenant_id, Inspection.id == Finding.inspection_id),
        )
        .join(Unit, and_(Unit.tenant_id == Finding.tenant_id, Unit.id == Finding.unit_id))
        .where(
            Finding.state.in_(OPEN),
            or_(
                and_(Finding.told < 1, Finding.due_on <= first),
                and_(Finding.told < 2, Finding.due_on <= second),
            ),
        )
        .order_by(Finding.due_on, Finding.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=Finding)
        .cte("due")
    )
    return list(
        db.session.execute(
            update(Finding)
            .where(Finding.tenant_id == due.c.tenant_id, Finding.id == due.c.id)
            .values(told=case((Finding.due_on <= second, 2), else_=1))
            .returning(
                Finding.id,
                Finding.unit_id,
                Finding.told,
                due.c.told.label("before"),
                due.c.leading_id,
                due.c.path,
            )
            .execution_options(synchronize_session=False)
        )
    )


def _measures(first: date) -> list[Any]:
    due = (
        select(Measure.tenant_id, Measure.id, Finding.unit_id)
        .join(Finding, and_(Finding.tenant_id == Measure.tenant_id, Finding.id == Measure.finding_id))
        .where(Measure.done_on.is_(None), Measure.told < 1, Measure.due_on <= first, Finding.state.in_(OPEN))
        .order_by(Measure.due_on, Measure.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=Measure)
        .cte("due")
    )
    return list(
        db.session.execute(
            update(Measure)
            .where(Measure.tenant_id == due.c.tenant_id, Measure.id == due.c.id)
            .values(told=1)
            .returning(Measure.id, Measure.finding_id, Measure.owner_id, due.c.unit_id)
            .execution_options(synchronize_session=False)
        )
    )


def tell_missing_months(actor: Actor, *, steps: Ladder) -> int:
    """Tell units on the watch-list, once a month, that nothing is said of the month that has ended: so many days after
    its end as other duties are told late. The linked leader and the first secretary are told with them."""
    on, month = today(), last_month()
    if not steps.speaks(now()) or (on - on.replace(day=1)).days < steps.overdue:
        return 0
    due = (
        select(WatchEntry.tenant_id, WatchEntry.id)
        .where(month_missing(), or_(WatchEntry.told_for.is_(None), WatchEntry.told_for < month))
        .order_by(WatchEntry.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=WatchEntry)
        .cte("due")
    )
    late = db.session.execute(
        update(WatchEntry)
        .where(WatchEntry.tenant_id == due.c.tenant_id, WatchEntry.id == due.c.id)
        .values(told_for=month)
        .returning(WatchEntry.id, WatchEntry.unit_id, WatchEntry.leader_id, WatchEntry.secretary_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not late:
        return 0
    answer = answering({row.unit_id for row in late}, on=on)
    messages = hold(
        actor,
        kind=WATCH_LATE,
        lates=[
            Late(
                f"{WATCH_LATE}:{row.id}:{month}",
                {"watch_id": row.id, "month": month.isoformat()},
                {*answer[row.unit_id], row.leader_id, row.secretary_id},
            )
            for row in late
        ],
    )
    record(
        actor,
        verb="watch.late",
        object_type="watch_entry",
        object_id=late[0].id,
        unit_id=None,
        detail={"count": len(late), "messages": messages},
    )
    return len(late)
