"""Taking over a joint event: the unit's own record with its own roll, and its own duties done by it."""

import secrets
from collections.abc import Mapping, Sequence

from shared.access.actor import Actor
from shared.duties.actions.record import record_event
from shared.errors import Conflict
from shared.events.actions import Held
from shared.events.actions.joint import check_host, tie
from shared.events.kinds import KINDS
from shared.events.models import Event, JointOffer
from shared.events.queries import on_roll, people_on
from shared.events.queries.joint import own_record, taken_record
from shared.i18n import _
from shared.organisations.models import Unit


def offered(
    host: Event,
    *,
    absent: Mapping[int, tuple[str, str]] | None = None,
    due_count: int | None = None,
    present_count: int | None = None,
) -> Held:
    """What a named unit's record says: the host's day, place and content, and the unit's own roll.

    The host's people stay the host's: chair, minutes and every field that names a person are left out.
    """
    spec = KINDS[host.kind]
    own = {field.code for field in spec.fields if field.type != "person"}
    return Held(
        held_on=host.held_on,
        starts_at=host.starts_at,
        ends_at=host.ends_at,
        place=host.place,
        title=host.title,
        content=host.content,
        fields={code: value for code, value in host.fields.items() if code in own},
        absent=dict(absent or {}),
        due_count=due_count,
        present_count=present_count,
    )


def _check_open(offer: JointOffer, host: Event) -> None:
    check_host(host)
    if offer.state not in ("asked", "declined"):
        raise Conflict(_("This is no longer asked of the unit."))


def take_over(actor: Actor, *, offer: JointOffer, host: Event, unit: Unit, held: Held) -> Event:
    """File the unit's own record of a joint event and fulfil its open duty of that day. The offer is locked.

    Taken over before, it gives that record. Raises Conflict when the host's record is void or the unit is no longer
    asked, Invalid where the unit's roll or the day cannot be.
    """
    if offer.state == "taken" and offer.taken_event_id is not None:
        return taken_record(offer)
    _check_open(offer, host)
    event = record_event(
        actor,
        unit=unit,
        kind=host.kind,
        held=held,
        # The locked offer sees to it that it is filed once.
        form_key=f"joint:{offer.id}:{secrets.token_hex(6)}",
    )
    tie(actor, offer=offer, host=host, own=event)
    return event


def take_own(actor: Actor, *, offer: JointOffer, host: Event, own: Event) -> Event:
    """Make a record that the unit has filed already its part of the joint event; nothing is recorded twice."""
    if offer.state == "taken" and offer.taken_event_id is not None:
        return taken_record(offer)
    _check_open(offer, host)
    if own.held_on != host.held_on:
        raise Conflict(_("This record is no part of this event."))
    tie(actor, offer=offer, host=host, own=own)
    return own


def take_for_all(actor: Actor, *, host: Event, offers: Sequence[tuple[JointOffer, Unit]]) -> tuple[int, int]:
    """File the records of several named units at once, everybody present; returns how many were filed and left out.

    Left out is a unit without anybody on its roll on that day, and one that has a record of this kind and day itself:
    its secretary decides. At most shared.events.actions.joint.MOST units, each row locked by the caller.
    """
    filed = left = 0
    counted = KINDS[host.kind].attendance == "counts"
    for offer, unit in offers:
        if offer.state != "asked":
            continue
        people = on_roll(host.kind, people_on(unit.id, host.held_on))
        if not people or own_record(unit.id, host) is not None:
            left += 1
            continue
        n = len(people) if counted else None
        take_over(actor, offer=offer, host=host, unit=unit, held=offered(host, due_count=n, present_count=n))
        filed += 1
    return filed, left
