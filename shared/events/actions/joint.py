"""Joint events: the host's record names other units; each takes it over with its own roll, or declines."""

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.kinds import KINDS, EventKind
from shared.events.marks import refuse_marks
from shared.events.models import Event, JointOffer
from shared.i18n import _
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "joint"
MAX_REASON = 200
#: Units named by one record.
MOST = 50


def joinable(spec: EventKind) -> bool:
    """Whether several units may hold it together: a meeting with a roll, about nobody in particular."""
    return (
        spec.attendance in ("members", "officers", "counts")
        and spec.minutes
        and not spec.own_page
        and not any(field.required and field.type == "person" for field in spec.fields)
    )


def check_host(event: Event) -> None:
    """Raise Conflict for a record that cannot be the host's of a joint event."""
    if event.state != "filed":
        raise Conflict(_("This record was declared void; nobody can take it over."))
    if event.joint_event_id is not None:
        raise Conflict(_("This is a part of another unit's joint event; that unit names the others."))
    if not joinable(KINDS[event.kind]):
        raise Conflict(_("An event of this kind is not held by several units together."))


def name_units(actor: Actor, *, event: Event, unit_ids: Sequence[int]) -> int:
    """Offer the host's record to other units of the tenant; returns how many are newly asked, and they are told.

    Whoever is asked, has taken it or declined stays so; one taken from the list before is asked anew. Raises Invalid
    for units that cannot hold this kind, Conflict for a record that cannot be joined. The event's row is locked.
    """
    check_host(event)
    wanted = sorted(set(unit_ids) - {event.unit_id})
    units = list(
        db.session.scalars(
            select(Unit).where(Unit.id == any_(literal(wanted, ARRAY(BigInteger))), Unit.state == "active")
        )
    )
    spec = KINDS[event.kind]
    if len(units) != len(wanted) or not all(spec.at(unit.line, unit.kind) for unit in units):
        raise Invalid(_("One of these units cannot hold this together with you; choose again."))
    if not wanted:
        raise Invalid(_("Choose the units that took part."))
    known = set(
        db.session.scalars(
            select(JointOffer.unit_id).where(JointOffer.event_id == event.id, JointOffer.state != "withdrawn")
        )
    )
    if len(known | set(wanted)) > MOST:
        raise Invalid(_("At most %(n)s units in one joint event.", n=MOST))
    statement = insert(JointOffer).values([{"event_id": event.id, "unit_id": unit.id} for unit in units])
    asked = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "event_id", "unit_id"],
            set_={"state": "asked", "reason": None, "answered_by": None, "answered_at": None},
            where=JointOffer.state == "withdrawn",
        ).returning(JointOffer.id, JointOffer.unit_id)
    ).all()
    for offer_id, unit_id in asked:
        _tell(actor, offer_id, [unit_id], f"asked:{now().isoformat()}", step="asked")
    if asked:
        record(
            actor,
            verb="joint.name",
            object_type="event",
            object_id=event.id,
            unit_id=event.unit_id,
            detail={"units": len(asked)},
        )
    return len(asked)


def _tell(actor: Actor, offer_id: int, unit_ids: Iterable[int], key: str, *, step: str) -> None:
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{offer_id}:{key}",
        detail={"offer_id": offer_id, "step": step},
        person_ids=[person for unit_id in unit_ids for person in answering_for(unit_id)],
    )


def withdraw_offers(actor: Actor, *, event: Event, unit_ids: Sequence[int]) -> int:
    """Ask some units no longer; what has been taken over stays theirs. Returns how many."""
    changed = db.session.scalars(
        update(JointOffer)
        .where(
            JointOffer.event_id == event.id,
            JointOffer.unit_id == any_(literal(list(unit_ids), ARRAY(BigInteger))),
            JointOffer.state.in_(("asked", "declined")),
        )
        .values(state="withdrawn", answered_by=None, answered_at=None)
        .returning(JointOffer.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    if changed:
        record(
            actor,
            verb="joint.withdraw",
            object_type="event",
            object_id=event.id,
            unit_id=event.unit_id,
            detail={"units": len(changed)},
        )
    return len(changed)


def decline(actor: Actor, *, offer: JointOffer, reason: str) -> bool:
    """Say that the unit took no part, with the reason; False when it was said before. The offer is locked."""
    if offer.state == "declined":
        return False
    if offer.state != "asked":
        raise Conflict(_("This is no longer asked of the unit."))
    plain = reason.strip()
    if not plain or len(plain) > MAX_REASON:
        wrong = (
            _("At most %(n)s characters.", n=MAX_REASON) if plain else _("Say why the unit takes no part.")
        )
        raise Invalid(wrong, fields={"reason": wrong})
    refuse_marks(plain)
    _answer(actor, offer, "declined", reason=plain)
    record(
        actor,
        verb="joint.decline",
        object_type="event",
        object_id=offer.event_id,
        unit_id=offer.unit_id,
    )
    return True


def _answer(
    actor: Actor, offer: JointOffer, state: str, *, reason: str | None = None, taken: int | None = None
) -> None:
    offer.state, offer.reason, offer.taken_event_id = state, reason, taken
    offer.answered_by, offer.answered_at = actor.person_id, now()
    db.session.flush()


def tie(actor: Actor, *, offer: JointOffer, host: Event, own: Event) -> None:
    """Make a record of the named unit its part of the joint event. Both rows are locked."""
    if own.unit_id != offer.unit_id or own.kind != host.kind or own.state != "filed":
        raise Conflict(_("This record is no part of this event."))
    if own.joint_event_id not in (None, host.id):
        raise Conflict(_("This record is part of another joint event already."))
    hosts = (
        select(JointOffer.id).where(JointOffer.event_id == own.id, JointOffer.state != "withdrawn").limit(1)
    )
    if db.session.scalar(hosts) is not None:
        raise Conflict(_("This record names other units itself; it is no part of another."))
    own.joint_event_id = host.id
    _answer(actor, offer, "taken", taken=own.id)
    record(
        actor,
        verb="joint.take",
        object_type="event",
        object_id=own.id,
        unit_id=own.unit_id,
        detail={"kind": own.kind, "held_on": own.held_on.isoformat()},
    )


def follow_change(actor: Actor, *, event: Event, step: str) -> None:
    """After a correction or voiding (`step`: corrected, void): the units of a joint event are told, and stay masters of
    their records. Void, nobody is asked any more; a unit that voids its own part may take it over again.
    """
    rows = db.session.execute(
        select(JointOffer.id, JointOffer.unit_id).where(
            JointOffer.event_id == event.id, JointOffer.state == "taken"
        )
    ).all()
    for offer_id, unit_id in rows:
        _tell(actor, offer_id, [unit_id], f"{step}:{event.version}", step=step)
    if step != "void":
        return
    db.session.execute(
        update(JointOffer)
        .where(JointOffer.event_id == event.id, JointOffer.state == "asked")
        .values(state="withdrawn")
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(
        update(JointOffer)
        .where(JointOffer.taken_event_id == event.id)
        .values(state="asked", taken_event_id=None, answered_by=None, answered_at=None)
        .execution_options(synchronize_session="fetch")
    )
