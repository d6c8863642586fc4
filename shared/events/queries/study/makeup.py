"""Who was absent and has still to make up for it: unit by unit, oldest first, names in their order."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.events.kinds import KINDS, REASON_WORDS
from shared.events.models import Attendance, Event
from shared.events.study import way_text
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 100
#: Lines of one person's own page.
OWN = 50
#: Beyond this a count says "more than".
CAP = 1000


@dataclass(frozen=True, slots=True)
class MakeUpFilter:
    """Of a calendar year, of a unit and all below it; `asked`: only those of which the person says it is done."""

    year: int
    unit_id: int | None = None
    asked: bool = False
    after: int | None = None


@dataclass(frozen=True, slots=True)
class ToMakeUp:
    id: int
    event_id: int
    title: str
    kind: str
    held_on: date
    unit_id: int
    unit_name: str
    unit_path: str
    person_id: int
    name: str
    reason: str | None
    asked_on: date | None
    asked_how: str | None

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def reason_word(self) -> str:
        return str(REASON_WORDS.get(self.reason or "", ""))

    @property
    def way(self) -> str:
        return way_text(self.asked_how)


def within(unit_id: int | None) -> ColumnElement[bool] | None:
    """The unit and all below it; None: no narrowing."""
    if unit_id is None:
        return None
    path = select(Unit.path).where(Unit.id == unit_id).correlate(None).scalar_subquery()
    return func.starts_with(Unit.path, path)


def _conditions(actor: Actor, given: MakeUpFilter) -> list[Any]:
    found: list[Any] = [
        Attendance.present.is_(False),
        Attendance.made_up_on.is_(None),
        Event.state == "filed",
        Event.held_on.between(date(given.year, 1, 1), date(given.year, 12, 31)),
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
    ]
    if (narrowed := within(given.unit_id)) is not None:
        found.append(narrowed)
    if given.asked:
        found.append(Attendance.made_up_asked_on.is_not(None))
    return found


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.join(
            Attendance, and_(Attendance.tenant_id == Event.tenant_id, Attendance.event_id == Event.id)
        )
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .join(Person, and_(Person.tenant_id == Attendance.tenant_id, Person.id == Attendance.person_id))
    )


_ORDER = (Unit.path, Event.held_on, Event.id, Person.name_key, Attendance.id)


def to_make_up(actor: Actor, given: MakeUpFilter) -> tuple[list[ToMakeUp], int | None]:
    """One page and where the next begins. Two queries, one on the first page."""
    statement = _joined(
        select(
            Attendance.id,
            Event.id,
            Event.title,
            Event.kind,
            Event.held_on,
            Unit.id,
            Unit.name,
            Unit.path,
            Person.id,
            Person.name,
            Attendance.reason,
            Attendance.made_up_asked_on,
            Attendance.made_up_asked_how,
        ).select_from(Event)
    ).where(*_conditions(actor, given))
    if given.after is not None:
        place = db.session.execute(
            _joined(select(*_ORDER).select_from(Event)).where(Attendance.id == given.after)
        ).one_or_none()
        if place is not None:
            statement = statement.where(tuple_(*_ORDER) > tuple_(*place))
    rows = [ToMakeUp(*row) for row in db.session.execute(statement.order_by(*_ORDER).limit(PAGE + 1))]
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def make_up_count(actor: Actor, given: MakeUpFilter) -> tuple[int, int]:
    """How many lines wait in all, and of how many the person says it is done; both up to CAP + 1. One query."""
    inside = (
        select(Attendance.made_up_asked_on)
        .select_from(Event)
        .join(Attendance, and_(Attendance.tenant_id == Event.tenant_id, Attendance.event_id == Event.id))
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(*_conditions(actor, MakeUpFilter(given.year, given.unit_id)))
        .order_by(Attendance.made_up_asked_on.is_(None))
        .limit(CAP + 1)
        .subquery()
    )
    row = db.session.execute(
        select(func.count(), func.count(inside.c.made_up_asked_on)).select_from(inside)
    ).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class Absence:
    """An absent person of one record."""

    id: int
    person_id: int
    name: str
    reason: str | None
    made_up_on: date | None
    made_up_how: str | None
    asked_on: date | None
    asked_how: str | None

    @property
    def reason_word(self) -> str:
        return str(REASON_WORDS.get(self.reason or "", ""))

    @property
    def way(self) -> str:
        return way_text(self.made_up_how or self.asked_how)


def absences_of_event(event_id: int) -> list[Absence]:
    """Everybody absent from a record, those who have still to make up for it first. One query."""
    rows = db.session.execute(
        select(
            Attendance.id,
            Person.id,
            Person.name,
            Attendance.reason,
            Attendance.made_up_on,
            Attendance.made_up_how,
            Attendance.made_up_asked_on,
            Attendance.made_up_asked_how,
        )
        .join(Person, and_(Person.tenant_id == Attendance.tenant_id, Person.id == Attendance.person_id))
        .where(Attendance.event_id == event_id, Attendance.present.is_(False))
        .order_by(Attendance.made_up_on.is_not(None), Person.name_key, Person.id)
    )
    return [Absence(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class OwnAbsence:
    id: int
    title: str
    kind: str
    held_on: date
    unit_name: str
    made_up_on: date | None
    made_up_how: str | None
    asked_on: date | None
    asked_how: str | None

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def way(self) -> str:
        return way_text(self.made_up_how or self.asked_how)


def own_absences(person_id: int, year: int) -> list[OwnAbsence]:
    """What somebody missed in a year, what is still to be made up for first. One query."""
    rows = db.session.execute(
        select(
            Attendance.id,
            Event.title,
            Event.kind,
            Event.held_on,
            Unit.name,
            Attendance.made_up_on,
            Attendance.made_up_how,
            Attendance.made_up_asked_on,
            Attendance.made_up_asked_how,
        )
        .select_from(Attendance)
        .join(Event, and_(Event.tenant_id == Attendance.tenant_id, Event.id == Attendance.event_id))
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(
            Attendance.person_id == person_id,
            Attendance.present.is_(False),
            Event.state == "filed",
            Event.held_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(Attendance.made_up_on.is_not(None), Event.held_on.desc(), Event.id.desc())
        .limit(OWN)
    )
    return [OwnAbsence(*row) for row in rows]
