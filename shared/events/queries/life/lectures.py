"""讲党课: the lectures that each leader and secretary has given this year, against the number asked of the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    select,
    tuple_,
)

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.events.models import Event
from shared.events.queries.life.attribution import attributed_lectures
from shared.events.queries.life.scope import LifeFilter, Place, filed_in, in_reach, stands
from shared.members.models import Person, Post
from shared.organisations.models import Unit

LECTURE = "party_lecture"
LECTURER = func.btrim(func.coalesce(Event.fields["lecturer"].astext, ""))


@dataclass(frozen=True, slots=True)
class Quota:
    """So many lectures a year by who holds one of these offices at a unit of one of these kinds (empty: any)."""

    who: tuple[str, ...]
    times: int
    unit_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lecture:
    """`how`: chair, name or guest (by the name, at a unit where nobody else bears it)."""

    event_id: int
    title: str
    held_on: date
    unit_name: str
    how: str


@dataclass(frozen=True, slots=True)
class LecturerRow:
    person_id: int
    name: str
    name_key: str
    unit_id: int
    unit_name: str
    unit_path: str
    code: str
    asked: int
    given: int
    lectures: tuple[Lecture, ...] = ()

    @property
    def left(self) -> int:
        return max(self.asked - self.given, 0)


@dataclass(frozen=True, slots=True)
class LecturerPage:
    rows: list[LecturerRow]
    after: Place | None


def _asked(quotas: Sequence[Quota]) -> ColumnElement[int]:
    """How many lectures the office asks for; 0: it asks for none."""
    asked = [
        case(
            (
                and_(
                    Post.code.in_(quota.who),
                    *((Unit.kind.in_(quota.unit_kinds),) if quota.unit_kinds else ()),
                ),
                quota.times,
            ),
            else_=0,
        )
        for quota in quotas
    ]
    return func.greatest(*asked) if len(asked) > 1 else asked[0]


def _holders(actor: Actor, given: LifeFilter, quotas: Sequence[Quota]) -> CTE:
    """Everybody in the tenant whose office asks for lectures; `inside`: at a unit of the filter."""
    asked = _asked(quotas)
    inside = in_reach(actor, given, Unit.path)
    return (
        select(
            Person.id.label("person_id"),
            Person.name.label("name"),
            Person.name_key.label("name_key"),
            func.max(asked).label("asked"),
            func.min(case((inside, Unit.path))).label("path"),
        )
        .select_from(Post)
        .join(Unit, and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
        .where(
            Unit.line == "party",
            Unit.state == "active",
            stands(Post.since, Post.until, given.on),
            asked > 0,
        )
        .group_by(Person.id, Person.name, Person.name_key)
        .cte("holder")
    )


def _lectures(actor: Actor, given: LifeFilter) -> CTE:
    """The lectures of the year whose records the actor may read."""
    return (
        select(
            Event.tenant_id,
            Event.id,
            Event.title,
            Event.held_on,
            Event.unit_id,
            Event.chair_id,
            Unit.name.label("unit_name"),
            LECTURER.label("lecturer"),
        )
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(*filed_in(given), Event.kind == LECTURE, reach_filter(actor, Permission.EVENT_VIEW, Unit.path))
        .cte("lecture")
    )


def lecturers_page(
    actor: Actor,
    given: LifeFilter,
    quotas: Sequence[Quota],
    *,
    after: Place | None = None,
    size: int = 50,
) -> LecturerPage:
    """Holders of the offices in the order of units and names, each with the lectures given. Two queries."""
    if not quotas:
        return LecturerPage([], None)
    holder, lecture = _holders(actor, given, quotas), _lectures(actor, given)
    attributed = attributed_lectures(lecture, holder)
    count = (
        select(attributed.c.person_id, func.count().label("n")).group_by(attributed.c.person_id).cte("count")
    )
    number = func.coalesce(count.c.n, 0)
    statement: Select[*tuple[Any, ...]] = (
        select(
            holder.c.person_id,
            holder.c.name,
            holder.c.name_key,
            Unit.id,
            Unit.name,
            holder.c.path,
            holder.c.asked,
            number,
        )
        .select_from(holder)
        .join(Unit, Unit.path == holder.c.path)
        .join(count, count.c.person_id == holder.c.person_id, isouter=True)
        .where(holder.c.path.is_not(None))
        .order_by(holder.c.path, holder.c.name_key, holder.c.person_id)
        .limit(size + 1)
    )
    if given.view == "missing":
        statement = statement.where(number < holder.c.asked)
    if after is not None:
        statement = statement.where(tuple_(holder.c.path, holder.c.name_key, holder.c.person_id) > after)
    found = list(db.session.execute(statement))
    people = [row[0] for row in found[:size]]
    lectures = _given(people, attributed, lecture)
    codes = _codes(people, given, quotas)
    rows = [
        LecturerRow(
            person_id=person_id,
            name=name,
            name_key=name_key,
            unit_id=unit_id,
            unit_name=unit_name,
            unit_path=path,
            code=codes.get((person_id, unit_id), ""),
            asked=asked,
            given=number_given,
            lectures=tuple(lectures.get(person_id, ())),
        )
        for person_id, name, name_key, unit_id, unit_name, path, asked, number_given in found[:size]
    ]
    last = rows[-1] if len(found) > size else None
    return LecturerPage(rows, (last.unit_path, last.name_key, last.person_id) if last else None)


def _given(people: list[int], attributed: CTE, lecture: CTE) -> dict[int, list[Lecture]]:
    found: dict[int, list[Lecture]] = {}
    if not people:
        return found
    rows = db.session.execute(
        select(
            attributed.c.person_id,
            lecture.c.id,
            lecture.c.title,
            lecture.c.held_on,
            lecture.c.unit_name,
            attributed.c.how,
        )
        .join(lecture, lecture.c.id == attributed.c.event_id)
        .where(attributed.c.person_id.in_(people))
        .order_by(lecture.c.held_on, lecture.c.id)
    )
    for person_id, *rest in rows:
        found.setdefault(person_id, []).append(Lecture(*rest))
    return found


def _codes(people: list[int], given: LifeFilter, quotas: Sequence[Quota]) -> dict[tuple[int, int], str]:
    """The office of each person at each unit that asks for lectures."""
    if not people:
        return {}
    rows = db.session.execute(
        select(Post.person_id, Post.unit_id, func.min(Post.code))
        .join(Unit, and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .where(
            Post.person_id.in_(people),
            stands(Post.since, Post.until, given.on),
            _asked(quotas) > 0 if quotas else false(),
        )
        .group_by(Post.person_id, Post.unit_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}
