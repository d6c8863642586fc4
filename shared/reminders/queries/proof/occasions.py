"""Occasions with what became of their messages."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, exists, func, select, tuple_

from shared.access.actor import Actor
from shared.db import db
from shared.members.models import Person
from shared.messages.models import Delivery, Occasion
from shared.reminders.queries.proof.folded import folds, is_folded
from shared.reminders.queries.proof.reach import (
    OF_OCCASION,
    OUTCOME,
    PAGE,
    ProofFilter,
    of_occasions,
    within,
)


@dataclass(frozen=True, slots=True)
class OccasionLine:
    """One occasion with the messages of it that one sees, by what became of them."""

    id: int
    kind: str
    at: datetime
    #: Who caused it; None: the schedule.
    by: str | None
    people: int
    counts: dict[str, int]


def occasions(actor: Actor, given: ProofFilter, *, before: int | None = None) -> list[OccasionLine]:
    """A page of occasions with messages in the actor's reach, newest first, and one more where there is another page.

    Their counts are of all messages in reach, whatever outcome the filter asks for. What only went in the digest is
    left out where the list folds it (folded.py). Two queries.
    """
    folding = [~is_folded(actor, given)] if folds(given) else []
    statement = (
        select(Occasion.id, Occasion.kind, Occasion.created_at, Person.name)
        .join(
            Person,
            and_(Person.tenant_id == Occasion.tenant_id, Person.id == Occasion.caused_by),
            isouter=True,
        )
        .where(*of_occasions(given), *folding, exists(select(1).where(OF_OCCASION, *within(actor, given))))
        .order_by(Occasion.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Occasion.id < before)
    rows = db.session.execute(statement).all()
    if not rows:
        return []
    counts: dict[int, dict[str, int]] = {row.id: {} for row in rows}
    people: dict[int, int] = dict.fromkeys(counts, 0)
    counted = (
        select(Delivery.occasion_id, Delivery.person_id, Delivery.group_id, OUTCOME.label("outcome"))
        .where(Delivery.occasion_id.in_(list(counts)), *within(actor, replace(given, outcome="")))
        .subquery()
    )
    whom = func.coalesce(counted.c.person_id, -counted.c.group_id)
    for occasion_id, outcome, messages, whole in db.session.execute(
        select(
            counted.c.occasion_id,
            counted.c.outcome,
            func.count(),
            func.count(whom.distinct()),
        ).group_by(
            func.grouping_sets(
                tuple_(counted.c.occasion_id, counted.c.outcome), tuple_(counted.c.occasion_id)
            )
        )
    ):
        if outcome is None:
            people[occasion_id] = whole
        else:
            counts[occasion_id][outcome] = messages
    return [
        OccasionLine(row.id, row.kind, row.created_at, row.name, people[row.id], counts[row.id])
        for row in rows
    ]


def seen(actor: Actor, occasion_id: int) -> OccasionLine | None:
    """One occasion as far as the actor sees it; None where there is no message of it in reach. Two queries."""
    found = occasions(actor, ProofFilter(occasion_id=occasion_id))
    return found[0] if found else None
