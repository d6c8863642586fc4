"""Taking over: everything open of the former holder passes to the new one, in one transaction."""

from sqlalchemy import BigInteger, DateTime, Text, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.accounts.actions.handover import offer_after
from shared.accounts.models import Handover
from shared.accounts.queries.handover import holds_post
from shared.audit import record
from shared.clock import now
from shared.db import after_commit, db
from shared.errors import Conflict, Forbidden
from shared.i18n import _
from shared.jobs import nudge
from shared.members.models import Post
from shared.messages.actions import SEND, open_occasion
from shared.messages.channels import NOWHERE, SILENT
from shared.messages.models import Delivery
from shared.reminders.handed import HANDED
from shared.reminders.queries.recipients import ways
from shared.workdays.queries import open_hours

#: The kind of occasion whose message tells the two of them.
HANDOVER = "handover"


def tell(actor: Actor, handover: Handover, *, person_id: int | None, what: str) -> None:
    """Tell one of the two by every way they have. `what`: offered or taken."""
    if person_id is None:
        return
    channels = [channel for channel in ways([person_id]).get(person_id, ()) if channel != NOWHERE]
    if not channels:
        return
    occasion_id, new = open_occasion(
        actor,
        kind=HANDOVER,
        key=f"handover:{handover.id}:{what}",
        detail={"handover_id": handover.id, "what": what},
    )
    if not new:
        return
    at = now()
    opens = open_hours().opens(at)
    db.session.execute(
        insert(Delivery).from_select(
            ["occasion_id", "person_id", "channel", "not_before"],
            select(
                literal(occasion_id, BigInteger),
                literal(person_id, BigInteger),
                func.unnest(literal(channels, ARRAY(Text))),
                func.unnest(
                    literal(
                        [at if channel in SILENT else opens for channel in channels],
                        ARRAY(DateTime(timezone=True)),
                    )
                ),
            ),
        )
    )
    after_commit(nudge(SEND))


def hand_on(actor: Actor, *, post: Post) -> Handover | None:
    """After an office was given: offer the hand-over where it leads, and tell the new holder."""
    offered = offer_after(actor, post=post)
    if offered is not None:
        tell(actor, offered, person_id=offered.to_person_id, what="offered")
    return offered


def take_over(actor: Actor, *, handover: Handover) -> dict[str, int]:
    """Everything of HANDED passes to the acting person; the former is told. Returns what passed, by kind.

    `handover` is locked by the caller. Accepting it again returns the counts of the first time. Raises Forbidden for
    anybody but the new holder, Conflict where the offer was taken back or the office is no longer theirs.
    """
    if actor.person_id is None or handover.to_person_id != actor.person_id:
        raise Forbidden(_("This belongs to somebody else."))
    if handover.state == "accepted":
        return {key: int(str(value)) for key, value in handover.counts.items()}
    if handover.state != "open":
        raise Conflict(_("This hand-over was taken back."))
    if not holds_post(actor.person_id, handover.unit_id, handover.post_code):
        raise Conflict(_("You no longer hold this office; the hand-over cannot be taken."))
    counts = {key: part.take(actor, handover) for key, part in HANDED.items()}
    handover.counts = dict(counts)
    handover.state, handover.decided_at = "accepted", now()
    record(
        actor,
        verb="handover.accept",
        object_type="handover",
        object_id=handover.id,
        unit_id=handover.unit_id,
        detail={"code": handover.post_code, **counts},
    )
    tell(actor, handover, person_id=handover.from_person_id, what="taken")
    return counts
