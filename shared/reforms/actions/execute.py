"""Executing a reform: all or nothing, in the running transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.duties.actions.plan import plan_units, years_ahead
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.jobs import Job, enqueue
from shared.organisations.actions import lock_tree
from shared.reforms.actions import writing
from shared.reforms.jobs import EXECUTE
from shared.reforms.models import Reform
from shared.reforms.queries.counting import Why, count
from shared.reforms.queries.forecast import Forecast, forecast

#: Told how much is done of how much.
Beat = Callable[[int, int], None]
PARTS = 5


def locked(reform_id: int) -> Reform:
    """The reform, held until the transaction ends; whoever comes second sees what the first has done."""
    lock_tree()
    found = db.session.execute(
        select(Reform)
        .where(Reform.id == reform_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    reform: Reform = found
    return reform


def check(found: Forecast, *, version: int) -> None:
    """Raises Conflict when the draft is another one than was looked at, Invalid when it cannot be executed."""
    reform = found.reform
    if reform.state != "draft":
        raise Conflict(_("This reorganisation is no draft any more."))
    if reform.version != version:
        raise Conflict(_("The draft was changed since you looked at it. Look at the preview again."))
    if found.waits:
        raise Invalid(_("It can be executed from %(day)s.", day=reform.effective_on))
    if not found.good:
        said = "；".join(refused.text for rows in found.refused.values() for refused in rows)
        raise Invalid(_("It cannot be executed: %(why)s", why=said))


def order_execution(actor: Actor, reform: Reform, *, version: int, form_key: str | None = None) -> Job | None:
    """Execute a draft: at once where it is small (None), else as a job. `version` is the one that was looked at."""
    held = locked(reform.id)
    found = forecast(held)
    check(found, version=version)
    if not found.long:
        execute(actor, reform_id=reform.id, version=version)
        return None
    args = {"reform_id": reform.id, "version": version}
    job = enqueue(actor, EXECUTE, args=args, subject=reform.title, form_key=form_key)
    held.job_id = job.id
    return job


def execute(
    actor: Actor, *, reform_id: int, version: int, beat: Beat = lambda done, total: None
) -> dict[str, int]:
    """Write a whole reform: units, people, posts, roles, duties, history. Returns the counts afterwards.

    Raises Conflict and Invalid as `check` does, and Conflict where the counts in the database do not come out as the
    simulation said: then somebody was faster, and nothing is kept. `beat` is told of each part.
    """
    reform = locked(reform_id)
    check(forecast(reform), version=version)
    found = _held(reform)
    check(found, version=version)
    on, tree, at = reform.effective_on, found.tree, now()
    kept: dict[str, Any] = {"reminders": found.fates.reminders, "since": writing.marks()}
    beat(1, PARTS)
    ids = writing.write_units(reform.id, tree, on=on)
    beat(2, PARTS)
    kept |= writing.write_people(reform.id, tree, ids, on=on)
    beat(3, PARTS)
    kept |= writing.end_offices(reform.id, tree, found.fates, on=on, today=today(), at=at)
    writing.write_duties(reform.id, tree, found.fates, ids, at=at)
    writing.write_notes(reform.id, tree, ids, on=on, reason=said(reform))
    beat(4, PARTS)
    scope = sorted({*found.scope, *ids.values()})
    counted = count(scope)
    if counted != found.after:
        raise Conflict(
            _("The numbers do not come out: something was changed meanwhile. Nothing was kept; look again.")
        )
    found.why += _plan(found, ids, scope, counted.duties)
    found.after = count(scope)
    kept["until"] = writing.marks()
    beat(5, PARTS)
    _finish(actor, found, ids, kept)
    return found.after.values()


def _held(reform: Reform) -> Forecast:
    """The forecast while every unit it counts is locked: nothing is added to them any more."""
    first = forecast(reform)
    writing.lock_units(first.scope)
    return forecast(reform)


def said(reform: Reform) -> str:
    """What stands in the history as the reason."""
    return f"{reform.document_no} {reform.title}".strip()


def _plan(found: Forecast, ids: dict[int, int], scope: list[int], open_before: int) -> list[Why]:
    """Units set up or of another kind owe what the rules ask of them; what comes of it is told as one difference."""
    rekinded = [node.id for node in found.tree.changed() if node.kind != found.tree.grown[node.id].kind]
    units = sorted({*ids.values(), *(key for key in rekinded if found.tree.nodes[key].state == "active")})
    if not units:
        return []
    for year in years_ahead(today()):
        plan_units(year=year, unit_ids=units)
    change = count(scope).duties - open_before
    reason = "duties_planned" if change > 0 else "duties_unasked"
    return [Why("duties", reason, change)] if change else []


def _finish(actor: Actor, found: Forecast, ids: dict[int, int], kept: dict[str, Any]) -> None:
    """Note the outcome, which unit each step has set up, and who did it."""
    reform = found.reform
    reform.state, reform.executed_at = "executed", now()
    reform.outcome = {
        "before": found.before.values(),
        "after": found.after.values(),
        "why": [[why.row, why.reason, why.change] for why in found.why],
    }
    reform.kept = kept
    writing.note_made(ids)
    db.session.flush()
    record(
        actor,
        verb="reform.execute",
        object_type="reform",
        object_id=reform.id,
        detail={
            "units": len(found.tree.changed()) + len(ids),
            "people": found.people,
            "on": str(reform.effective_on),
        },
    )
