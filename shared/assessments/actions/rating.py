"""The result of a ballot becomes the marks of a rating line; nobody types it."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.assessments.actions.reviewing import settle_entries
from shared.assessments.models import Entry, Line, Mark, Round
from shared.audit import record
from shared.ballots.models import Poll
from shared.ballots.queries.grades import rating_of
from shared.clock import local, now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit

_CENT = Decimal("0.01")


def take_rating(actor: Actor, *, lap: Round, entry: Entry, line: Line, poll: Poll) -> Decimal:
    """Give a unit's rating line full marks × the rating of one of its own votes; returns the marks.

    The round is locked by the caller. Raises Invalid for a line that is no rating, a vote of another unit or one that
    says no rating (open, of a kind that rates nothing, too few voters); Conflict once the marks stand.
    """
    if lap.state not in ("open", "review"):
        raise Conflict(_("The marks of this round stand; nobody reviews it any more."))
    if line.kind != "rating" or line.scheme_id != lap.scheme_id or entry.round_id != lap.id:
        raise Invalid(_("This line is not given by a ballot."))
    path = select(Unit.path).where(Unit.id == entry.unit_id).scalar_subquery()
    within = db.session.scalar(
        select(Unit.id).where(Unit.id == poll.unit_id, func.starts_with(Unit.path, path))
    )
    if within is None:
        raise Invalid(_("This vote was not held in the unit."))
    if poll.closed_at is None or local(poll.closed_at).year != lap.starts_on.year:
        raise Invalid(_("This vote was not held in the year of the round."))
    rating = rating_of(poll)
    if rating is None:
        raise Invalid(_("This vote says no rating: it is open, rates nothing, or too few voted."))
    points = (line.full_marks * rating).quantize(_CENT)
    same = db.session.scalar(
        select(Mark.id).where(
            Mark.round_id == lap.id,
            Mark.unit_id == entry.unit_id,
            Mark.line_id == line.id,
            Mark.poll_id == poll.id,
            Mark.points == points,
        )
    )
    if same is not None:
        return points
    given = {
        "points": points,
        "not_applicable": False,
        "poll_id": poll.id,
        "remark": poll.title,
        "given_by": actor.person_id,
        "given_at": now(),
    }
    db.session.execute(
        insert(Mark)
        .values(round_id=lap.id, unit_id=entry.unit_id, line_id=line.id, most=line.full_marks, **given)
        .on_conflict_do_update(
            index_elements=["tenant_id", "round_id", "unit_id", "line_id"],
            set_={**given, "revision": Mark.revision + 1},
        )
    )
    db.session.expire_all()
    settle_entries(lap, [entry.unit_id])
    record(
        actor,
        verb="round.take_rating",
        object_type="round",
        object_id=lap.id,
        unit_id=entry.unit_id,
        detail={"poll_id": poll.id, "points": str(points)},
    )
    return points
