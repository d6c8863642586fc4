"""What of a round waits at all, whoever was given it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    and_,
    func,
    or_,
    select,
    tuple_,
)

from shared.assessments.models import Entry, Line, Mark, Reviewer, Round
from shared.assessments.queries.reviews.marking import PAGE, lines_to_review, waits
from shared.assessments.queries.rounds import line_points
from shared.db import db
from shared.members.models import Person
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Open:
    """A line that waits, or a unit that was returned and has not handed in again (line '')."""

    entry_id: int
    unit_name: str
    path: str
    ordinal: int
    line_name: str
    reviewers: str


def waiting_lines(
    lap: Round, *, after: tuple[str, int] = ("", 0), limit: int = PAGE
) -> tuple[list[Open], tuple[str, int] | None]:
    """The lines of a round that nobody has marked, with who was given them; and where the next page begins."""
    who = (
        select(func.string_agg(Person.name, "、"))
        .select_from(Reviewer)
        .join(Person, and_(Person.tenant_id == Reviewer.tenant_id, Person.id == Reviewer.person_id))
        .where(
            Reviewer.round_id == Entry.round_id,
            or_(Reviewer.unit_id == Entry.unit_id, Reviewer.line_id == Line.id),
        )
        .scalar_subquery()
    )
    rows: Sequence[Any] = db.session.execute(
        lines_to_review(
            Entry.id, Unit.name, Unit.path, Line.ordinal, Line.name.label("line_name"), who.label("who")
        )
        .where(Entry.round_id == lap.id, waits(), tuple_(Unit.path, Line.ordinal) > after)
        .order_by(Unit.path, Line.ordinal)
        .limit(limit + 1)
    ).all()
    further = (rows[limit - 1].path, rows[limit - 1].ordinal) if len(rows) > limit else None
    return [
        Open(row.id, row.name, row.path, row.ordinal, row.line_name, row.who or "") for row in rows[:limit]
    ], further


def waiting_total(lap: Round) -> int:
    """How many lines wait. One query."""
    lines = line_points(lap).subquery()
    return db.session.scalar(select(func.count()).where(lines.c.waits)) or 0


def returned_units(lap: Round) -> list[str]:
    """The units that were returned and have not handed in again. One query."""
    return list(
        db.session.scalars(
            select(Unit.name)
            .join(Entry, and_(Entry.tenant_id == Unit.tenant_id, Entry.unit_id == Unit.id))
            .where(Entry.round_id == lap.id, Entry.state == "returned", Unit.state == "active")
            .order_by(Unit.path)
            .limit(PAGE)
        )
    )


def marked_by(lap: Round, *, unit_id: int | None = None) -> set[int]:
    """Who gave marks in a round, or to one unit of it. One query."""
    statement = select(Mark.given_by).where(Mark.round_id == lap.id, Mark.given_by.is_not(None)).distinct()
    if unit_id is not None:
        statement = statement.where(Mark.unit_id == unit_id)
    return {int(key) for key in db.session.scalars(statement) if key is not None}
