"""The result of a ballot, or of a yearly appraisal, becomes the marks of a rating line; nobody types it."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.assessments.actions.reviewing import settle_entries
from shared.assessments.models import Entry, Line, Mark, Round
from shared.assessments.queries.appraisals import appraised
from shared.assessments.queries.reviews import belongs_to
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
    says no rating (open, of a kind that rates nothing, too few voters); Conflict once the marks stand and for whoever
    belongs to the unit: who chooses among its votes chooses its marks.
    """
    _open_line(actor, lap, entry, line)
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
    _put(actor, lap=lap, entry=entry, line=line, points=points, poll_id=poll.id, remark=poll.title)
    return points


def take_appraisal(actor: Actor, *, lap: Round, entry: Entry, line: Line) -> Decimal:
    """Give a unit's rating line full marks × what its yearly report and appraisal came to; returns the marks.

    The round is locked by the caller. Raises as take_rating() does, and Invalid where the unit has no grade of the
    year or this very round is a part of it.
    """
    _open_line(actor, lap, entry, line)
    row = appraised(entry.unit_id, lap.starts_on.year)
    if row is None or row.total is None:
        raise Invalid(_("The unit's report of this year has no grade yet."))
    if row.round_id == lap.id:
        raise Invalid(_("This round is itself a part of the appraisal."))
    points = (line.full_marks * row.total / 100).quantize(_CENT)
    remark = _("Yearly report and appraisal: %(n)s %%", n=row.total)
    _put(actor, lap=lap, entry=entry, line=line, points=points, poll_id=None, remark=remark)
    return points


def _open_line(actor: Actor, lap: Round, entry: Entry, line: Line) -> None:
    if lap.state not in ("open", "review"):
        raise Conflict(_("The marks of this round stand; nobody reviews it any more."))
    if belongs_to(actor.person_id, entry.unit_id):
        raise Conflict(_("You belong to this unit; somebody else takes its rating."))
    if line.kind != "rating" or line.scheme_id != lap.scheme_id or entry.round_id != lap.id:
        raise Invalid(_("This line is not given by a ballot."))


def _put(
    actor: Actor, *, lap: Round, entry: Entry, line: Line, points: Decimal, poll_id: int | None, remark: str
) -> None:
    same = db.session.scalar(
        select(Mark.id).where(
            Mark.round_id == lap.id,
            Mark.unit_id == entry.unit_id,
            Mark.line_id == line.id,
            Mark.poll_id.is_not_distinct_from(poll_id),
            Mark.remark == remark,
            Mark.points == points,
        )
    )
    if same is not None:
        return
    given = {
        "points": points,
        "not_applicable": False,
        "poll_id": poll_id,
        "remark": remark,
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
        detail={"points": str(points)} | ({"poll_id": poll_id} if poll_id is not None else {}),
    )
