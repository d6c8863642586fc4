"""Attendance of a unit's year: its records in the order of days, and each absence with its reason."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from shared.db import db
from shared.events.kinds import KINDS, REASON_WORDS
from shared.events.models import Attendance, Event
from shared.members.models import Person


@dataclass(frozen=True, slots=True)
class Held:
    """One record that called a roll."""

    event_id: int
    held_on: date
    kind: str
    title: str
    due: int
    present: int

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def absent(self) -> int:
        return self.due - self.present

    @property
    def rate(self) -> str:
        return rate(self.present, self.due)


@dataclass(frozen=True, slots=True)
class Absence:
    """One person away from one record. Rows, and no count of a person: nobody is compared."""

    name: str
    held_on: date
    title: str
    reason: str | None
    note: str | None
    made_up_on: date | None

    @property
    def reason_word(self) -> str:
        return str(REASON_WORDS.get(self.reason or "", ""))


def rate(present: int, due: int) -> str:
    """Of those due how many came, in per cent; '' where nobody was due."""
    return f"{100 * present / due:.1f}%" if due else ""


def attendance_year(unit_id: int, year: int) -> tuple[list[Held], list[Absence]]:
    """The unit's records of a year that called a roll, and who was absent, by name. Two queries."""
    in_year = (
        Event.unit_id == unit_id,
        Event.state == "filed",
        Event.held_on.between(date(year, 1, 1), date(year, 12, 31)),
        Event.due_count > 0,
    )
    held = [
        Held(*row)
        for row in db.session.execute(
            select(Event.id, Event.held_on, Event.kind, Event.title, Event.due_count, Event.present_count)
            .where(*in_year)
            .order_by(Event.held_on, Event.id)
        )
    ]
    away = [
        Absence(*row)
        for row in db.session.execute(
            select(
                Person.name,
                Event.held_on,
                Event.title,
                Attendance.reason,
                Attendance.note,
                Attendance.made_up_on,
            )
            .join(Event, and_(Event.tenant_id == Attendance.tenant_id, Event.id == Attendance.event_id))
            .join(Person, and_(Person.tenant_id == Attendance.tenant_id, Person.id == Attendance.person_id))
            .where(*in_year, Attendance.present.is_(False))
            .order_by(Person.name_key, Person.id, Event.held_on, Event.id)
        )
    ]
    return held, away
