"""The superior's check: a record is accepted, or returned with a remark and not held until it is mended."""

from sqlalchemy import update

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.duties.actions.record import fulfilled_by
from shared.duties.models import DueItem
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.kinds import KINDS
from shared.events.marks import refuse_marks
from shared.events.models import Event
from shared.i18n import _

#: The kind of occasion, for the composers of the worker.
OCCASION = "review"
MAX_REMARK = 500


def _may_be_checked(actor: Actor, event: Event, version: int) -> None:
    if event.state != "filed":
        raise Conflict(_("This record was declared void; there is nothing to check."))
    if event.version != version:
        raise Conflict(_("Somebody has corrected this record in the meantime; look at it again first."))
    if actor.person_id is not None and event.filed_by == actor.person_id:
        raise Forbidden(_("Nobody checks a record of their own; a colleague or the superior does."))


def _note(actor: Actor, event: Event, review: str, remark: str) -> None:
    event.review, event.review_remark = review, remark or None
    event.reviewed_by, event.reviewed_at = actor.person_id, now()
    db.session.flush()
    record(
        actor,
        verb=f"event.{'accept' if review == 'accepted' else 'return'}",
        object_type="event",
        object_id=event.id,
        unit_id=event.unit_id,
        detail={"kind": event.kind},
    )


def accept_record(actor: Actor, *, event: Event, version: int) -> bool:
    """Accept a record as it stands; False when it was accepted already. One that was returned is mended first.

    Raises Conflict when it was corrected meanwhile (`version`), Forbidden for one's own record.
    """
    _may_be_checked(actor, event, version)
    if event.review == "accepted":
        return False
    if event.review == "returned":
        raise Conflict(_("This record was returned; it can be accepted once it is mended."))
    _note(actor, event, "accepted", "")
    return True


def return_record(actor: Actor, *, event: Event, version: int, remark: str) -> int:
    """Return a record with a remark: what it fulfilled stands open again until it is mended. Returns how many duties.

    The keepers of the unit and whoever filed it are told. Raises Invalid without a remark.
    """
    _may_be_checked(actor, event, version)
    if KINDS[event.kind].own_page:
        raise Conflict(_("Offices and a term rest on this election; put them right on the page of terms."))
    if event.review == "returned":
        raise Conflict(_("This record has been returned already."))
    plain = remark.strip()
    if not plain:
        raise Invalid(_("Say what is to be mended."), fields={"remark": _("Say what is to be mended.")})
    if len(plain) > MAX_REMARK:
        wrong = _("At most %(n)s characters.", n=MAX_REMARK)
        raise Invalid(wrong, fields={"remark": wrong})
    refuse_marks(plain)
    items = [item.id for item in fulfilled_by(event.id)]
    db.session.execute(
        update(DueItem)
        .where(DueItem.event_id == event.id)
        .values(
            state="open",
            event_id=None,
            held_on=None,
            recorded_at=None,
            made_up=False,
            reason="returned",
            returned_event_id=event.id,
        )
        .execution_options(synchronize_session="fetch")
    )
    _note(actor, event, "returned", plain)
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{event.id}:{event.version}",
        detail={"event_id": event.id},
        person_ids=[*answering_for(event.unit_id), event.filed_by],
    )
    return len(items)
