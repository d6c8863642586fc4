"""What went in a day's digest and in nothing else: many occasions of one person each, shown as one line a day."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from shared.access.actor import Actor
from shared.clock import ZONE
from shared.db import db
from shared.messages.models import Delivery, Occasion
from shared.messages.topics import IN_DIGEST
from shared.reminders.queries.proof.reach import OF_OCCASION, OUTCOME, ProofFilter, of_occasions, within

#: What becomes of a message of such an occasion: it is said in the digest, or there was nothing to say any more.
QUIET = ("joined", "spared")


@dataclass(frozen=True, slots=True)
class FoldedDay:
    """The occasions of one day that stand in its digest. `id`: the newest of them, by which it has its place."""

    id: int
    on: date
    at: datetime
    occasions: int
    people: int
    joined: int
    spared: int


def folds(given: ProofFilter) -> bool:
    """Whether the list folds them: who asks for a kind, an outcome or one occasion wants them one by one."""
    return not (given.kind or given.outcome or given.occasion_id)


def is_folded(actor: Actor, given: ProofFilter) -> ColumnElement[bool]:
    """Condition on Occasion: nothing of it that one sees became a message of its own."""
    seen = within(actor, replace(given, outcome=""))
    return and_(
        Occasion.kind.in_(IN_DIGEST),
        Occasion.caused_by.is_(None),
        ~exists(select(1).where(OF_OCCASION, OUTCOME.not_in(QUIET), *seen).correlate(Occasion)),
        exists(select(1).where(OF_OCCASION, OUTCOME == "joined", *seen).correlate(Occasion)),
    )


def folded_days(
    actor: Actor, given: ProofFilter, *, before: int | None = None, after: int | None = None
) -> list[FoldedDay]:
    """The days whose newest folded occasion lies below `before` and above `after`, newest first. One query."""
    newest = func.max(Occasion.id)
    day = func.date(func.timezone(ZONE.key, Occasion.created_at))
    statement: Any = (
        select(
            newest,
            day,
            func.max(Occasion.created_at),
            func.count(Occasion.id.distinct()),
            func.count(func.coalesce(Delivery.person_id, -Delivery.group_id).distinct()),
            func.count().filter(OUTCOME == "joined"),
            func.count().filter(OUTCOME == "spared"),
        )
        .select_from(Occasion)
        .join(Delivery, OF_OCCASION)
        .where(*of_occasions(given), is_folded(actor, given), *within(actor, given))
        .group_by(day)
        .order_by(newest.desc())
    )
    if before is not None:
        statement = statement.having(newest < before)
    if after is not None:
        statement = statement.having(newest > after)
    return [FoldedDay(*row) for row in db.session.execute(statement)]
