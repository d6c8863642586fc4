"""The chair's signature under a record: by the own seat, or on the paper that the office keeps."""

from datetime import date

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.i18n import _


def is_signed(kind: str) -> bool:
    """Whether the chair signs minutes of this kind: those of meetings. Source: domain facts §2, minutes."""
    spec = KINDS[kind]
    return spec.attendance in ("members", "officers", "counts") and not spec.own_page


def note_signed(actor: Actor, event: Event) -> bool:
    """What the chair files or corrects is signed by that act. Returns whether it is."""
    if not is_signed(event.kind) or actor.person_id is None or actor.person_id != event.chair_id:
        return False
    event.signed_by, event.signed_on, event.signed_how = actor.person_id, today(), "seat"
    return True


def clear_signature(event: Event) -> None:
    """What was signed is no longer what stands there."""
    event.signed_by = event.signed_on = event.signed_how = None


def _to_be_signed(event: Event, version: int) -> None:
    if event.state != "filed":
        raise Conflict(_("This record was declared void; there is nothing to sign."))
    if not is_signed(event.kind):
        raise Conflict(_("Records of this kind are not signed."))
    if event.signed_on is not None:
        raise Conflict(_("This record is signed already."))
    if event.version != version:
        raise Conflict(_("Somebody has corrected this record in the meantime; look at it again first."))


def sign_event(actor: Actor, *, event: Event, version: int) -> None:
    """Sign a filed record by the own seat, as it stood when it was shown.

    Raises Forbidden for anybody but its chair, Conflict when it is signed, void or was corrected meanwhile.
    """
    if actor.person_id is None or actor.person_id != event.chair_id:
        raise Forbidden(_("Only who chaired the meeting signs its minutes."))
    _to_be_signed(event, version)
    note_signed(actor, event)
    _note(actor, event)


def check_paper(held_on: date, signed_on: date | None) -> date:
    """The day of a signature on paper; Invalid for none, one before the meeting or one to come."""
    if signed_on is None:
        problem = _("Say on which day it was signed.")
    elif signed_on < held_on:
        problem = _("Signed before it was held, on %(day)s?", day=held_on.isoformat())
    elif signed_on > today():
        problem = _("This day is still to come.")
    else:
        return signed_on
    raise Invalid(problem, fields={"paper_on": problem})


def sign_on_paper(actor: Actor, *, event: Event, signed_on: date | None, version: int) -> None:
    """Note that the chair has signed the paper, and when; for a chair without a seat or who signs by hand.

    Raises Invalid for an impossible day, Conflict when it is signed, void or was corrected meanwhile.
    """
    _to_be_signed(event, version)
    if event.chair_id is None:
        raise Conflict(_("The record names no chair; correct it first."))
    event.signed_on = check_paper(event.held_on, signed_on)
    event.signed_by, event.signed_how = event.chair_id, "paper"
    _note(actor, event)


def _note(actor: Actor, event: Event) -> None:
    record(
        actor,
        verb="event.sign",
        object_type="event",
        object_id=event.id,
        unit_id=event.unit_id,
        detail={"how": event.signed_how},
    )
