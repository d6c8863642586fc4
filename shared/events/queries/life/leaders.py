"""双重组织生活: whether leaders live the life of their own branch or group as ordinary members.

A leader is who holds a committee office of a body above branches, or leads a general branch. Source: domain facts §2.
Attendance counts, nothing else; people stand in the order of units and names.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.db import db
from shared.events.models import Attendance, Event
from shared.events.queries.life.scope import (
    COMMITTEE,
    LEADING,
    LifeFilter,
    Place,
    filed_in,
    in_reach,
    life_kinds,
    stands,
)
from shared.members.models import Membership, Person, Post
from shared.members.statuses import COUNTED
from shared.organisations.models import Unit

#: Whose committee members lead units below.
ABOVE = ("work_committee", "leading_group", "party_committee", "organ_committee")
#: Of whom only those who answer for the unit are leaders.
MIDDLE = ("general_branch",)


@dataclass(frozen=True, slots=True)
class Missed:
    """One event that a leader missed and has not made up for."""

    event_id: int
    kind: str
    held_on: date
    reason: str | None


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """One leader's year in the own branch or group. `unnamed`: held, but the record calls nobody by that name."""

    person_id: int
    name: str
    name_key: str
    unit_id: int
    unit_name: str
    unit_path: str
    held: int
    attended: int
    made_up: int
    absent: int
    unnamed: int
    offices: tuple[tuple[str, str], ...] = ()
    missed: tuple[Missed, ...] = ()

    @property
    def lacks(self) -> bool:
        return self.absent > 0 or self.held == 0


@dataclass(frozen=True, slots=True)
class LeaderPage:
    rows: list[LeaderRow]
    after: Place | None


def _leading(seat: Any) -> ColumnElement[bool]:
    """The office makes its holder a leader."""
    return or_(
        and_(seat.kind.in_(ABOVE), Post.code.in_(COMMITTEE)),
        and_(seat.kind.in_(MIDDLE), Post.code.in_(LEADING)),
    )


def _of_unit(seat: Any) -> ColumnElement[bool]:
    return and_(seat.tenant_id == Post.tenant_id, seat.id == Post.unit_id)


def _events(given: LifeFilter) -> tuple[ColumnElement[bool], ...]:
    """The events of the own unit since the person belongs to it; of a group also the branch's that name the person."""
    branch_of_group = case((Unit.kind == "party_group", Unit.parent_id), else_=Unit.id)
    return (
        *filed_in(given),
        Event.tenant_id == Unit.tenant_id,
        Event.unit_id.in_([Unit.id, branch_of_group]),
        Event.kind.in_(life_kinds()),
        Event.held_on >= Membership.since,
        or_(Membership.until.is_(None), Event.held_on < Membership.until),
        or_(Event.unit_id == Unit.id, Attendance.id.is_not(None)),
    )


def _own_row() -> ColumnElement[bool]:
    return and_(
        Attendance.tenant_id == Event.tenant_id,
        Attendance.event_id == Event.id,
        Attendance.person_id == Membership.person_id,
    )


def _statement(actor: Actor, given: LifeFilter) -> Select[*tuple[Any, ...]]:
    """Every leader of the filter with the counts of the year, in the order of units and names."""
    seat = aliased(Unit)
    leads = exists(
        select(1)
        .select_from(Post)
        .join(seat, _of_unit(seat))
        .where(
            Post.tenant_id == Person.tenant_id,
            Post.person_id == Person.id,
            stands(Post.since, Post.until, given.on),
            _leading(seat),
        )
    )
    there = Attendance.present.is_(True)
    away = Attendance.present.is_(False)
    counts = (
        select(
            func.count().label("held"),
            func.count().filter(there).label("attended"),
            func.count().filter(away, Attendance.made_up_on.is_not(None)).label("made_up"),
            func.count().filter(away, Attendance.made_up_on.is_(None)).label("absent"),
            func.count().filter(Attendance.id.is_(None)).label("unnamed"),
        )
        .select_from(Event)
        .join(Attendance, _own_row(), isouter=True)
        .where(*_events(given))
        .correlate(Unit, Membership)
        .lateral("counts")
    )
    statement = (
        select(
            Person.id,
            Person.name,
            Person.name_key,
            Unit.id,
            Unit.name,
            Unit.path,
            counts.c.held,
            counts.c.attended,
            counts.c.made_up,
            counts.c.absent,
            counts.c.unnamed,
        )
        .select_from(Membership)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .join(counts, true())
        .where(
            Membership.kind == "party",
            Membership.status.in_(COUNTED),
            stands(Membership.since, Membership.until, given.on),
            leads,
            in_reach(actor, given, Unit.path),
        )
        .order_by(Unit.path, Person.name_key, Person.id)
    )
    if given.view == "missing":
        statement = statement.where(or_(counts.c.absent > 0, counts.c.held == 0))
    return statement


def leaders_page(
    actor: Actor, given: LifeFilter, *, after: Place | None = None, size: int = 50
) -> LeaderPage:
    """Leaders in the order of units and names. Three queries, however many there are."""
    statement = _statement(actor, given).limit(size + 1)
    if after is not None:
        statement = statement.where(tuple_(Unit.path, Person.name_key, Person.id) > after)
    found = [LeaderRow(*row) for row in db.session.execute(statement)]
    rows = found[:size]
    people = [row.person_id for row in rows]
    offices, missed = _offices(people, given), _missed(people, given)
    rows = [
        replace(
            row,
            offices=tuple(offices.get(row.person_id, ())),
            missed=tuple(missed.get(row.person_id, ())),
        )
        for row in rows
    ]
    last = rows[-1] if len(found) > size else None
    return LeaderPage(rows, (last.unit_path, last.name_key, last.person_id) if last else None)


def _offices(people: list[int], given: LifeFilter) -> dict[int, list[tuple[str, str]]]:
    """What makes each of these people a leader: (code of the office, name of the unit)."""
    found: dict[int, list[tuple[str, str]]] = {}
    if not people:
        return found
    seat = aliased(Unit)
    rows = db.session.execute(
        select(Post.person_id, Post.code, seat.name)
        .join(seat, _of_unit(seat))
        .where(Post.person_id.in_(people), stands(Post.since, Post.until, given.on), _leading(seat))
        .order_by(seat.path, Post.id)
    )
    for person_id, code, name in rows:
        found.setdefault(person_id, []).append((code, name))
    return found


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One event of a leader's own branch or group. `present` None: the record does not name the person."""

    event_id: int
    kind: str
    title: str
    held_on: date
    unit_name: str
    present: bool | None
    reason: str | None
    note: str | None
    made_up_on: date | None


def _attended(people: list[int], given: LifeFilter, *columns: Any) -> Select[*tuple[Any, ...]]:
    """The events of these people's own units with their row of attendance, newest first."""
    return (
        select(*columns)
        .select_from(Membership)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .join(Event, Event.tenant_id == Membership.tenant_id)
        .join(Attendance, _own_row(), isouter=True)
        .where(
            Membership.kind == "party",
            Membership.person_id.in_(people),
            Membership.status.in_(COUNTED),
            stands(Membership.since, Membership.until, given.on),
            *_events(given),
        )
        .order_by(Event.held_on.desc(), Event.id.desc())
    )


def _missed(people: list[int], given: LifeFilter) -> dict[int, list[Missed]]:
    found: dict[int, list[Missed]] = {}
    if not people:
        return found
    statement = _attended(
        people, given, Membership.person_id, Event.id, Event.kind, Event.held_on, Attendance.reason
    )
    for person_id, *rest in db.session.execute(
        statement.where(Attendance.present.is_(False), Attendance.made_up_on.is_(None))
    ):
        found.setdefault(person_id, []).append(Missed(*rest))
    return found


def own_life(actor: Actor, person_id: int, given: LifeFilter) -> list[LifeEvent]:
    """Every event behind one leader's numbers, newest first; of branches in the actor's reach. One query."""
    own = aliased(Unit)
    statement = _attended(
        [person_id],
        given,
        Event.id,
        Event.kind,
        Event.title,
        Event.held_on,
        own.name,
        Attendance.present,
        Attendance.reason,
        Attendance.note,
        Attendance.made_up_on,
    ).join(own, and_(own.tenant_id == Event.tenant_id, own.id == Event.unit_id))
    # A person may also belong to a unit of the other line, whose keepers read that one only.
    statement = statement.where(in_reach(actor, given, Unit.path))
    return [LifeEvent(*row) for row in db.session.execute(statement)]
