"""Sheets of assessment rounds that the former holder was given to review: the successor marks them."""

from sqlalchemy import ColumnElement, and_, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.accounts.models import Handover
from shared.assessments.models import Reviewer, Round
from shared.db import db
from shared.organisations.models import Unit
from shared.reminders.handed.part import LINES, Open, Part

#: A round that is still marked.
_MARKED = ("open", "review")


def _given(handover: Handover) -> ColumnElement[bool]:
    """What was given to the former holder, in rounds held by the unit of the post or within it."""
    if handover.from_person_id is None:
        return false()
    path = select(Unit.path).where(Unit.id == handover.unit_id).scalar_subquery()
    within = (
        select(Round.id)
        .join(Unit, and_(Unit.tenant_id == Round.tenant_id, Unit.id == Round.unit_id))
        .where(
            Round.state.in_(_MARKED),
            or_(func.starts_with(Unit.path, path), func.starts_with(path, Unit.path)),
        )
    )
    return and_(Reviewer.person_id == handover.from_person_id, Reviewer.round_id.in_(within))


def read_reviews(handover: Handover) -> Part:
    """The earliest last day first. One query."""
    rows = db.session.execute(
        select(Round.name, func.count(Reviewer.id), Round.review_until, func.sum(func.count()).over())
        .join(Reviewer, and_(Reviewer.tenant_id == Round.tenant_id, Reviewer.round_id == Round.id))
        .where(_given(handover))
        .group_by(Round.tenant_id, Round.id, Round.name, Round.review_until)
        .order_by(Round.review_until, Round.id)
        .limit(LINES)
    ).all()
    return Part(int(rows[0][3]) if rows else 0, [Open(name, str(n), until) for name, n, until, _all in rows])


def take_reviews(_actor: Actor, handover: Handover) -> int:
    """They are the successor's; what the successor was given already, and the own unit, is not given twice or at all.

    What the successor belongs to stays unmarked and stands among what waits: nobody reviews the own unit.
    """
    other = aliased(Reviewer)
    twice = exists().where(
        other.tenant_id == Reviewer.tenant_id,
        other.round_id == Reviewer.round_id,
        other.person_id == handover.to_person_id,
        other.unit_id.is_not_distinct_from(Reviewer.unit_id),
        other.line_id.is_not_distinct_from(Reviewer.line_id),
    )
    db.session.execute(
        delete(Reviewer).where(_given(handover), twice).execution_options(synchronize_session=False)
    )
    return len(
        db.session.scalars(
            update(Reviewer)
            .where(_given(handover))
            .values(person_id=handover.to_person_id)
            .returning(Reviewer.id)
            .execution_options(synchronize_session=False)
        ).all()
    )
