"""Grades after an appraisal: who is to be graded, what was decided, and the own ones. By name, never by grade."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from sqlalchemy import and_, func, select

from shared.ballots.kinds import CHOICES, ballot_kinds
from shared.ballots.models import Poll, PollGrade, PollItem
from shared.ballots.queries.results import result_of
from shared.clock import at_local
from shared.db import db
from shared.members.models import Person
from shared.organisations.models import Unit


def to_grade(poll: Poll) -> list[tuple[int, str]]:
    """(person_id, name) of those on the ballot, by name. One query."""
    rows = db.session.execute(
        select(Person.id, Person.name)
        .join(PollItem, and_(PollItem.tenant_id == Person.tenant_id, PollItem.person_id == Person.id))
        .where(PollItem.poll_id == poll.id)
        .order_by(Person.name_key, Person.id)
    )
    return [(row[0], row[1]) for row in rows]


def grades_of(poll_id: int) -> dict[int, PollGrade]:
    """The grades of a vote by person. One query."""
    rows = db.session.scalars(select(PollGrade).where(PollGrade.poll_id == poll_id))
    return {row.person_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class OwnGrade:
    title: str
    grade: str
    remark: str
    told_on: date

    @property
    def grade_name(self) -> str:
        return str(CHOICES[self.grade])


def own_grades(person_id: int) -> list[OwnGrade]:
    """What a person was told, the latest first. One query."""
    rows = db.session.execute(
        select(Poll.title, PollGrade.grade, PollGrade.remark, PollGrade.told_on)
        .join(Poll, and_(Poll.tenant_id == PollGrade.tenant_id, Poll.id == PollGrade.poll_id))
        .where(PollGrade.person_id == person_id, PollGrade.told_on.is_not(None))
        .order_by(PollGrade.decided_on.desc(), PollGrade.id.desc())
        .limit(50)
    )
    return [
        OwnGrade(row.title, row.grade, row.remark, row.told_on) for row in rows if row.told_on is not None
    ]


def rating_of(poll: Poll) -> Decimal | None:
    """What a vote rates its unit, from 0 to 1: the mean of the choices' weights over all votes cast.

    None where its kind rates nothing, while it is open, and where too few voted for the numbers to be shown.
    """
    return _rated(poll, None)


def rating_of_item(poll: Poll, title: str) -> Decimal | None:
    """What a vote over several units rates the one whose name stands on the ballot; None as with rating_of()."""
    return _rated(poll, title)


def _rated(poll: Poll, title: str | None) -> Decimal | None:
    kind = ballot_kinds()[poll.kind]
    if not kind.weights or poll.state not in ("closed", "published"):
        return None
    result = result_of(poll)
    if not result.shown:
        return None
    lines = [line for line in result.lines if title is None or line.item.title == title]
    votes = sum(line.votes[choice] for line in lines for choice in kind.choices)
    worth = sum(
        (
            Decimal(weight) * line.votes[choice]
            for line in lines
            for choice, weight in zip(kind.choices, kind.weights, strict=True)
        ),
        Decimal(0),
    )
    return worth / votes if votes else None


def rating_polls(unit: Unit, year: int) -> list[tuple[int, str]]:
    """(poll_id, title) of a unit's closed votes of a year that rate a unit, its own and those below. One query."""
    kinds = [key for key, kind in ballot_kinds().items() if kind.weights]
    rows = db.session.execute(
        select(Poll.id, Poll.title)
        .join(Unit, and_(Unit.tenant_id == Poll.tenant_id, Unit.id == Poll.unit_id))
        .where(
            func.starts_with(Unit.path, unit.path),
            Poll.kind.in_(kinds),
            Poll.state.in_(("closed", "published")),
            Poll.closed_at >= at_local(date(year, 1, 1), time()),
            Poll.closed_at < at_local(date(year + 1, 1, 1), time()),
        )
        .order_by(Poll.id.desc())
        .limit(50)
    )
    return [(row[0], row[1]) for row in rows]
