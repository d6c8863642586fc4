"""Taking a reform back: as long as nothing was built on it, everything is as it was, in one transaction."""

import json
from itertools import pairwise
from typing import Any

from sqlalchemy import select, text

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict
from shared.i18n import _
from shared.jobs import Job, enqueue
from shared.organisations.actions import set_terms
from shared.organisations.models import Unit
from shared.organisations.queries import ids_of
from shared.reforms.actions.execute import Beat, locked, said
from shared.reforms.actions.writing import lock_units
from shared.reforms.jobs import UNDO
from shared.reforms.models import Reform
from shared.reforms.queries.built import Touched, built_on, touched
from shared.reforms.queries.forecast import AT_ONCE_PEOPLE, AT_ONCE_UNITS

PARTS = 4

_PEOPLE = (
    text("delete from membership where began_by = :reform_id"),
    text(
        "update membership set until = null, end_reason = null, ended_by = null where ended_by = :reform_id"
    ),
    text("update post set until = null, ended_by = null where ended_by = :reform_id"),
    text("update role_grant set ended_at = null, ended_by = null where ended_by = :reform_id"),
)
_KEPT = (
    text("update person set state = 'active' where id = any(cast(:left as bigint[])) and state = 'left'"),
    text("update tenure set closed_on = null where id = any(cast(:tenures as bigint[]))"),
    text("update unit_link set until = null where id = any(cast(:links as bigint[]))"),
    text(
        "update handover set state = 'open', decided_at = null"
        " where id = any(cast(:handovers as bigint[])) and state = 'withdrawn'"
    ),
    text(
        "update mobile_stay set unit_id = given.unit_id, until = null"
        " from unnest(cast(:stays as bigint[]), cast(:stay_units as bigint[])) as given (id, unit_id)"
        " where mobile_stay.id = given.id"
    ),
)
_DUTIES = (
    # Reminders to those who continued are planned anew for those who have the duty again.
    text(
        """
        delete from reminder where id > :reminder and delivery_id is null
            and due_item_id in (select due_item_id from reform_item where reform_id = :reform_id)
        """
    ),
    text(
        """
        update due_item set unit_id = cast(kept.before ->> 'unit_id' as bigint),
            rule_id = cast(kept.before ->> 'rule_id' as bigint),
            opens_on = cast(kept.before ->> 'opens_on' as date), due_on = cast(kept.before ->> 'due_on' as date),
            state = kept.before ->> 'state', reason = kept.before ->> 'reason',
            followed_from = cast(kept.before ->> 'followed_from' as bigint),
            reform_id = cast(kept.before ->> 'reform_id' as bigint),
            planned_at = cast(kept.before ->> 'planned_at' as timestamptz)
        from reform_item as kept
        where kept.reform_id = :reform_id and kept.due_item_id = due_item.id
        """
    ),
    # What planning has made since for units set up or of another kind; open or withdrawn, else the undo is refused.
    text(
        """
        delete from reminder where due_item_id in (
            select id from due_item where unit_id = any(cast(:made as bigint[]))
                or (unit_id = any(cast(:rekinded as bigint[])) and id > :due_item))
        """
    ),
    text(
        """
        delete from due_item where unit_id = any(cast(:made as bigint[]))
            or (unit_id = any(cast(:rekinded as bigint[])) and id > :due_item)
        """
    ),
    text(
        "update reminder set reason = null where id = any(cast(:reminders as bigint[])) and reason = 'reformed'"
    ),
    text("delete from reform_item where reform_id = :reform_id"),
)
_RESTORE = text(
    """
    update unit set parent_id = given.parent_id, name = given.name, kind = given.kind, state = given.state,
        ended_on = given.ended_on, followed_by = given.followed_by
    from jsonb_to_recordset(cast(:rows as jsonb)) as given (id bigint, parent_id bigint, name text, kind text,
        state text, ended_on date, followed_by bigint)
    where unit.id = given.id
    """
)
_PATHS = text(
    """
    update unit set path = nearest.fresh || substr(unit.path, length(nearest.stale) + 1)
    from (
        select distinct on (below.id) below.id, given.stale, given.fresh
        from unnest(cast(:stale as text[]), cast(:fresh as text[])) as given (stale, fresh)
        join unit as below on below.path >= given.stale and below.path < given.stale || '~'
        order by below.id, length(given.stale) desc
    ) as nearest
    where unit.id = nearest.id
    """
)
_UNITS = (
    text("update reform_step set made_id = null where reform_id = :reform_id"),
    text("delete from assessment_score where unit_id = any(cast(:made as bigint[]))"),
    text("delete from unit_change where unit_id = any(cast(:made as bigint[]))"),
    text("delete from unit_version where began_by = :reform_id"),
    text("update unit_version set until = null, ended_by = null where ended_by = :reform_id"),
    text("delete from reform_effect where reform_id = :reform_id"),
    text("delete from unit where id = any(cast(:made as bigint[]))"),
)
_NOTES = text(
    """
    insert into unit_change (unit_id, what, on_date, reason, reform_id)
    select unit_id, 'undo', :on, :reason, :reform_id from unnest(cast(:units as bigint[])) as unit_id
    """
)


def order_undo(actor: Actor, reform: Reform, *, form_key: str | None = None) -> Job | None:
    """Take a reform back: at once where it was small (None), else as a job. Raises Conflict as `undo` does."""
    held = locked(reform.id)
    _check(held)
    before = held.outcome["before"]
    if before["people"] <= AT_ONCE_PEOPLE and before["units"] <= AT_ONCE_UNITS:
        undo(actor, reform_id=reform.id)
        return None
    job = enqueue(actor, UNDO, args={"reform_id": reform.id}, subject=reform.title, form_key=form_key)
    held.job_id = job.id
    return job


def _check(reform: Reform) -> None:
    if reform.state != "executed":
        raise Conflict(_("There is nothing to undo."))
    built = built_on(reform)
    if built:
        raise Conflict(_("It can no longer be undone: %(n)s things were built on it.", n=len(built)))


def undo(actor: Actor, *, reform_id: int, beat: Beat = lambda done, total: None) -> dict[str, int]:
    """Put everything back as it was before the execution. Returns how many units it was.

    The reform stays as undone, and the units' histories say so. Raises Conflict when it was not executed, was undone
    already, or something was built on it.
    """
    reform = locked(reform_id)
    if reform.state != "executed":
        raise Conflict(_("There is nothing to undo."))
    units = touched(reform.id)
    lock_units(units.every)
    _check(reform)
    beat(1, PARTS)
    values = _values(reform, units)
    for statement in (*_PEOPLE, *_KEPT):
        db.session.execute(statement, values)
    beat(2, PARTS)
    for statement in _DUTIES:
        db.session.execute(statement, values)
    beat(3, PARTS)
    _restore_units(units)
    for statement in _UNITS:
        db.session.execute(statement, values)
    reason = said(reform)
    db.session.execute(
        _NOTES, {"units": list(units.changed), "on": today(), "reason": reason, "reform_id": reform.id}
    )
    reform.state, reform.undone_at, reform.kept = "undone", now(), {}
    db.session.flush()
    db.session.expire_all()
    beat(4, PARTS)
    result = {"units": len(units.every)}
    record(actor, verb="reform.undo", object_type="reform", object_id=reform_id, detail=result)
    return result


def _values(reform: Reform, units: Touched) -> dict[str, Any]:
    kept = reform.kept
    stays = kept["stays"]
    rekinded = db.session.scalars(select(Unit).where(Unit.id.in_(units.changed)))
    return {
        "reform_id": reform.id,
        "made": units.made,
        "rekinded": [unit.id for unit in rekinded if unit.kind != units.changed[unit.id]["kind"]],
        "due_item": kept["since"]["due_item"],
        "reminder": kept["until"]["reminder"],
        "reminders": kept["reminders"],
        "left": kept["left"],
        "tenures": kept["tenures"],
        "links": kept["links"],
        "handovers": kept["handovers"],
        "stays": [stay for stay, _unit in stays],
        "stay_units": [unit for _stay, unit in stays],
    }


def _restore_units(units: Touched) -> None:
    """The rows of before, then the paths: from the superiors as they stand now, for others may have moved since."""
    if not units.changed:
        return
    now_rows = {
        row.id: row
        for row in db.session.execute(
            select(Unit.id, Unit.parent_id, Unit.path, Unit.name).where(Unit.id.in_(units.changed))
        )
    }
    rows = [{"id": key, **before} for key, before in units.changed.items()]
    db.session.execute(_RESTORE, {"rows": json.dumps(rows)})
    moved = [key for key, before in units.changed.items() if before["parent_id"] != now_rows[key].parent_id]
    if moved:
        parents = _parents(units)
        fresh = ["".join(f"{step:010d}." for step in _steps(key, parents)) for key in moved]
        db.session.execute(_PATHS, {"stale": [now_rows[key].path for key in moved], "fresh": fresh})
    renamed = [(key, row["name"]) for key, row in units.changed.items() if row["name"] != now_rows[key].name]
    set_terms(renamed)


def _parents(units: Touched) -> dict[int, int | None]:
    """The superior of every unit on the way from the changed ones to the top, after the restoring."""
    parents = {key: before["parent_id"] for key, before in units.changed.items()}
    missing = {parent for parent in parents.values() if parent is not None} - parents.keys()
    while missing:
        found = db.session.execute(
            select(Unit.id, Unit.parent_id, Unit.path).where(Unit.id.in_(missing))
        ).all()
        for row in found:
            steps = ids_of(row.path)
            # A path may still lead through a unit that was put back; its own superior is known.
            parents.setdefault(steps[0], None)
            for above, key in pairwise(steps):
                parents.setdefault(key, above)
        missing = {parent for parent in parents.values() if parent is not None} - parents.keys()
    return parents


def _steps(key: int, parents: dict[int, int | None]) -> list[int]:
    steps: list[int] = []
    at: int | None = key
    while at is not None:
        steps.append(at)
        at = parents[at]
    return steps[::-1]
