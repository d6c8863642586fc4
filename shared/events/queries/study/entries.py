"""Entries of study hours, by day: what waits for the organiser first. Never ordered by hours."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.events.models import StudyHours
from shared.events.queries.study.makeup import CAP, within
from shared.events.study import FORMS
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 100


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries: of a calendar year, in one state, of a unit and all below it, of one form."""

    year: int
    state: str = "asked"
    unit_id: int | None = None
    form: str | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    on_date: date
    person_id: int
    name: str
    unit_id: int
    unit_name: str
    form: str
    hours: Decimal
    subject: str
    state: str
    remark: str | None
    event_id: int | None

    @property
    def form_name(self) -> str:
        return str(FORMS[self.form])


_COLUMNS: tuple[Any, ...] = (
    StudyHours.id,
    StudyHours.on_date,
    Person.id,
    Person.name,
    Unit.id,
    Unit.name,
    StudyHours.form,
    StudyHours.hours,
    StudyHours.subject,
    StudyHours.state,
    StudyHours.remark,
    StudyHours.event_id,
)


def _conditions(actor: Actor, given: EntryFilter) -> list[Any]:
    found: list[Any] = [
        StudyHours.state == given.state,
        StudyHours.on_date.between(date(given.year, 1, 1), date(given.year, 12, 31)),
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
    ]
    if (narrowed := within(given.unit_id)) is not None:
        found.append(narrowed)
    if given.form is not None:
        found.append(StudyHours.form == given.form)
    return found


def entries_page(actor: Actor, given: EntryFilter) -> tuple[list[Entry], int | None]:
    """One page, the oldest day first, and where the next begins. Two queries, one on the first page."""
    order = (StudyHours.on_date, StudyHours.id)
    statement = (
        select(*_COLUMNS)
        .select_from(StudyHours)
        .join(Unit, and_(Unit.tenant_id == StudyHours.tenant_id, Unit.id == StudyHours.unit_id))
        .join(Person, and_(Person.tenant_id == StudyHours.tenant_id, Person.id == StudyHours.person_id))
        .where(*_conditions(actor, given))
        .order_by(*order)
        .limit(PAGE + 1)
    )
    if given.after is not None:
        place = db.session.execute(select(*order).where(StudyHours.id == given.after)).one_or_none()
        if place is not None:
            statement = statement.where(tuple_(*order) > tuple_(*place))
    rows = [Entry(*row) for row in db.session.execute(statement)]
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def waiting_count(actor: Actor, year: int, unit_id: int | None = None) -> int:
    """Entries of a year that wait for a signature, up to CAP + 1. One query."""
    given = EntryFilter(year, unit_id=unit_id)
    inside = (
        select(StudyHours.id)
        .join(Unit, and_(Unit.tenant_id == StudyHours.tenant_id, Unit.id == StudyHours.unit_id))
        .where(*_conditions(actor, given))
        .limit(CAP + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(inside)) or 0


@dataclass(frozen=True, slots=True)
class EventHours:
    """What a record gives to those present."""

    form: str
    hours: Decimal
    subject: str
    people: int


def event_hours(event_id: int) -> EventHours | None:
    """The signed hours of one record; None where none are signed. One query."""
    row = db.session.execute(
        select(StudyHours.form, StudyHours.hours, StudyHours.subject, func.count())
        .where(StudyHours.event_id == event_id, StudyHours.state == "signed")
        .group_by(StudyHours.form, StudyHours.hours, StudyHours.subject)
        .order_by(func.count().desc())
        .limit(1)
    ).one_or_none()
    return EventHours(*row) if row is not None else None
