"""Visits as a list with what was found and solved; one visit; where a deed was found."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.contacts.models import ContactPoint, Visit, VisitProblem
from shared.db import db
from shared.deeds.models import Deed
from shared.duties.queries.filters import below
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
#: open: with a problem that is neither solved nor taken up.
VIEWS = ("open", "all")


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """`contact_id`: the visits that count for a contact point. `before`: the last row of the page before."""

    year: int
    view: str = "all"
    unit_id: int | None = None
    kind: str = ""
    contact_id: int | None = None
    before: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class VisitRow:
    id: int
    kind: str
    on_date: date
    person: str
    unit_id: int
    unit_name: str
    place: str
    about: str
    state: str
    #: Problems found; of them solved on the spot, taken up as deeds, neither.
    found: int
    solved: int
    taken_up: int

    @property
    def open(self) -> int:
        return self.found - self.solved - self.taken_up


def visits(
    actor: Actor, given: VisitFilter, *, limit: int = PAGE
) -> tuple[list[VisitRow], tuple[date, int] | None]:
    """One page of the visits of a year, newest first, and where to go on. One query."""
    problems = (
        select(
            func.count().label("found"),
            func.count().filter(VisitProblem.solution != "").label("solved"),
            func.count()
            .filter(VisitProblem.solution == "", VisitProblem.deed_id.is_not(None))
            .label("taken_up"),
        )
        .where(VisitProblem.tenant_id == Visit.tenant_id, VisitProblem.visit_id == Visit.id)
        .correlate(Visit)
        .lateral("problems")
    )
    conditions: list[ColumnElement[bool]] = [
        reach_filter(actor, Permission.DEED_VIEW, Unit.path),
        Visit.on_date.between(date(given.year, 1, 1), date(given.year, 12, 31)),
        Visit.state == "held",
    ]
    if given.view == "open":
        conditions.append(problems.c.found > problems.c.solved + problems.c.taken_up)
    if given.unit_id is not None:
        conditions.append(below(given.unit_id))
    if given.kind:
        conditions.append(Visit.kind == given.kind)
    if given.contact_id is not None:
        point = aliased(ContactPoint)
        former = select(point.former_id).where(point.id == given.contact_id).scalar_subquery()
        conditions.append((Visit.contact_id == given.contact_id) | (Visit.contact_id == former))
    if given.before is not None:
        conditions.append(tuple_(Visit.on_date, Visit.id) < given.before)
    statement: Any = (
        select(
            Visit.id,
            Visit.kind,
            Visit.on_date,
            Person.name,
            Visit.unit_id,
            Unit.name,
            Visit.place,
            Visit.about,
            Visit.state,
            problems.c.found,
            problems.c.solved,
            problems.c.taken_up,
        )
        .select_from(Visit)
        .join(Unit, and_(Unit.tenant_id == Visit.tenant_id, Unit.id == Visit.unit_id))
        .join(Person, and_(Person.tenant_id == Visit.tenant_id, Person.id == Visit.person_id))
        .join(problems, Visit.id.is_not(None))
        .where(*conditions)
        .order_by(Visit.on_date.desc(), Visit.id.desc())
        .limit(limit + 1)
    )
    rows = [VisitRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, (rows[-1].on_date, rows[-1].id) if more else None


@dataclass(frozen=True, slots=True)
class Found:
    """A problem of a visit, and the deed that it became."""

    id: int
    content: str
    solution: str
    deed_id: int | None
    deed_state: str | None


def problems_of(visit_id: int) -> list[Found]:
    """One query."""
    rows = db.session.execute(
        select(VisitProblem.id, VisitProblem.content, VisitProblem.solution, VisitProblem.deed_id, Deed.state)
        .join(
            Deed,
            and_(Deed.tenant_id == VisitProblem.tenant_id, Deed.id == VisitProblem.deed_id),
            isouter=True,
        )
        .where(VisitProblem.visit_id == visit_id)
        .order_by(VisitProblem.ordinal)
    )
    return [Found(*row) for row in rows]


def visit_behind(deed_id: int) -> tuple[int, date, str] | None:
    """The visit at which a deed was found: key, day, path of its unit. One query."""
    row = db.session.execute(
        select(Visit.id, Visit.on_date, Unit.path)
        .join(
            VisitProblem, and_(VisitProblem.tenant_id == Visit.tenant_id, VisitProblem.visit_id == Visit.id)
        )
        .join(Unit, and_(Unit.tenant_id == Visit.tenant_id, Unit.id == Visit.unit_id))
        .where(VisitProblem.deed_id == deed_id)
    ).one_or_none()
    return (row[0], row[1], row[2]) if row is not None else None
