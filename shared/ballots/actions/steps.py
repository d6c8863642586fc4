"""Steps of a democratic appraisal before its ballot: each writes of the own year, the hearing is on record."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.ballots.models import Poll, SelfReview
from shared.ballots.queries.steps import hearings, own_review, takes_part
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit

MAX_BODY = 5000


def _open(poll: Poll) -> None:
    if poll.kind != "appraisal":
        raise Conflict(_("This vote is no democratic appraisal."))
    if poll.state not in ("draft", "open"):
        raise Conflict(_("This vote is closed."))


def write_review(actor: Actor, *, unit: Unit, poll: Poll, body: str, hand_in: bool = False) -> None:
    """Keep what the member writes of the own year, or hand it in; what was handed in stands.

    Raises Forbidden for who is not appraised there, Conflict once it was handed in or the vote is closed, Invalid for
    an empty or too long text.
    """
    _open(poll)
    if actor.person_id is None or not takes_part(unit, poll, actor.person_id):
        raise Forbidden(_("You are not appraised here."))
    text = body.strip()
    if hand_in and not text:
        problem = _("Fill this in.")
        raise Invalid(problem, fields={"body": problem})
    if len(text) > MAX_BODY:
        problem = _("At most %(n)s characters.", n=MAX_BODY)
        raise Invalid(problem, fields={"body": problem})
    refuse_marks(text)
    before = own_review(poll.id, actor.person_id)
    if before is not None and before.handed_on is not None:
        raise Conflict(_("You handed your self-appraisal in."))
    values = {"body": text, "handed_on": today() if hand_in else None}
    db.session.execute(
        insert(SelfReview)
        .values(poll_id=poll.id, person_id=actor.person_id, **values)
        .on_conflict_do_update(
            index_elements=["tenant_id", "poll_id", "person_id"],
            set_=values,
            where=SelfReview.handed_on.is_(None),
        )
    )
    db.session.expire_all()
    if hand_in:
        record(
            actor,
            verb="ballot.self_review",
            object_type="poll",
            object_id=poll.id,
            unit_id=poll.unit_id,
            detail={},
        )


def plan_steps(
    actor: Actor, *, unit: Unit, poll: Poll, self_until: date | None, event_id: int | None
) -> None:
    """Until when members write of themselves, and which record holds that they heard each other.

    Of what was said of persons nothing is kept here: the record says that and when it was held.
    """
    _open(poll)
    if event_id is not None and event_id not in dict(hearings(unit)):
        problem = _("Choose one of the list.")
        raise Invalid(problem, fields={"event_id": problem})
    if self_until is not None and self_until != poll.self_until and self_until < today():
        problem = _("This day is over.")
        raise Invalid(problem, fields={"self_until": problem})
    poll.self_until, poll.event_id = self_until, event_id
    db.session.flush()
    record(actor, verb="ballot.steps", object_type="poll", object_id=poll.id, unit_id=poll.unit_id, detail={})
