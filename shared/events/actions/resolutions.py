"""What becomes of a resolution: done with an outcome, dropped with a reason, opened again; the absent are told."""

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.actions.telling import tell
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.kinds import MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.models import Attendance, Event, Resolution
from shared.i18n import _
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
TOLD = "resolutions"


def may_end(actor: Actor, resolution: Resolution, unit: Unit) -> bool:
    """Whoever is charged with it says that it is done; so does whoever keeps the unit's ledger."""
    own = actor.person_id is not None and resolution.owner_id == actor.person_id
    return own or actor.can(Permission.DUTY_RECORD, unit.path)


def end_resolution(
    actor: Actor, *, resolution: Resolution, unit: Unit, outcome: str, dropped: bool = False
) -> bool:
    """Note that it is done, and how; or that it is dropped, and why. False when it has ended so already.

    `resolution` is locked by the caller. Raises Forbidden for anybody but the owner and the ledger's keepers (dropping:
    only these), Conflict where it ended the other way, Invalid without an outcome or reason.
    """
    keeps = actor.can(Permission.DUTY_RECORD, unit.path)
    if not may_end(actor, resolution, unit) or (dropped and not keeps):
        raise Forbidden(_("This belongs to somebody else."))
    state = "dropped" if dropped else "done"
    if resolution.state == state:
        return False
    if resolution.state != "open":
        raise Conflict(_("This resolution has ended already; look at it again first."))
    said = outcome.strip()
    if not said or len(said) > MAX_TEXT:
        missing = _("Say why it is dropped.") if dropped else _("Say what was done.")
        problem = _("At most %(n)s characters.", n=MAX_TEXT) if said else missing
        raise Invalid(problem, fields={"outcome": problem})
    refuse_marks(said)
    resolution.state, resolution.outcome = state, said
    resolution.ended_on, resolution.ended_by = today(), actor.person_id
    db.session.flush()
    _note(actor, "resolution.drop" if dropped else "resolution.done", resolution)
    return True


def reopen_resolution(actor: Actor, *, resolution: Resolution, unit: Unit) -> bool:
    """It was said too early that it had ended: it stands open again. False when it does already."""
    if not actor.can(Permission.DUTY_RECORD, unit.path):
        raise Forbidden(_("This belongs to somebody else."))
    if resolution.state == "open":
        return False
    valid = select(Event.id).where(Event.id == resolution.event_id, Event.state == "filed")
    if db.session.scalar(valid) is None:
        raise Conflict(_("The record of this resolution is void; it stays dropped."))
    resolution.state, resolution.outcome = "open", None
    resolution.ended_on = resolution.ended_by = resolution.told_on = None
    db.session.flush()
    _note(actor, "resolution.reopen", resolution)
    return True


def _note(actor: Actor, verb: str, resolution: Resolution) -> None:
    record(
        actor,
        verb=verb,
        object_type="resolution",
        object_id=resolution.id,
        unit_id=resolution.unit_id,
        detail={"event_id": resolution.event_id},
    )


def drop_open(actor: Actor, event: Event) -> int:
    """The record is void: what it resolved and is not done yet is dropped for that reason. Returns how many."""
    reason = _("The record is void: %(reason)s", reason=event.void_reason or "")[:MAX_TEXT]
    dropped = db.session.scalars(
        update(Resolution)
        .where(Resolution.event_id == event.id, Resolution.state == "open")
        .values(state="dropped", outcome=reason, ended_on=today(), ended_by=actor.person_id)
        .returning(Resolution.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    return len(dropped)


def tell_absent(actor: Actor, *, event: Event) -> int:
    """Have those who were absent told what was resolved; once for each version of the record.

    Returns the number of messages. Raises Conflict where there is nothing or nobody to tell.
    """
    if event.state != "filed":
        raise Conflict(_("This record is void"))
    if db.session.scalar(select(Resolution.id).where(Resolution.event_id == event.id).limit(1)) is None:
        raise Conflict(_("Nothing was resolved; there is nothing to tell."))
    absent = db.session.scalars(
        select(Attendance.person_id).where(Attendance.event_id == event.id, Attendance.present.is_(False))
    ).all()
    if not absent:
        raise Conflict(_("Nobody was absent."))
    made = tell(
        actor,
        kind=TOLD,
        key=f"{TOLD}:{event.id}:{event.version}",
        detail={"event_id": event.id},
        person_ids=absent,
    )
    if made:
        record(
            actor,
            verb="resolution.tell",
            object_type="event",
            object_id=event.id,
            unit_id=event.unit_id,
            detail={"count": len(absent)},
        )
    return made
