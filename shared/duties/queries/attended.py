"""What one person attended, and what their units will hold next."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, select

from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.kinds import KINDS
from shared.events.models import Attendance, Event
from shared.members.models import Membership
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Attended:
    """One event the person was due at."""

    event_id: int
    kind: str
    title: str
    held_on: date
    unit_name: str
    present: bool
    reason: str | None

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name) if self.kind in KINDS else self.kind


@dataclass(frozen=True, slots=True)
class Record:
    """A person's year: due at so many events, present at so many, and the latest of them."""

    due: int
    present: int
    latest: list[Attended]


def person_record(person_id: int, year: int, *, limit: int = 20) -> Record:
    """The person's year, in two queries."""
    theirs = (
        Attendance.person_id == person_id,
        Event.state == "filed",
        Event.held_on.between(date(year, 1, 1), date(year, 12, 31)),
    )
    of_event = and_(Event.tenant_id == Attendance.tenant_id, Event.id == Attendance.event_id)
    due, present = db.session.execute(
        select(func.count(), func.count().filter(Attendance.present))
        .select_from(Attendance)
        .join(Event, of_event)
        .where(*theirs)
    ).one()
    rows = db.session.execute(
        select(
            Event.id, Event.kind, Event.title, Event.held_on, Unit.name, Attendance.present, Attendance.reason
        )
        .select_from(Attendance)
        .join(Event, of_event)
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(*theirs)
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(limit)
    )
    return Record(due, present, [Attended(*row) for row in rows])


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting that the person's unit still has to hold."""

    kind: str
    period: str
    opens_on: date
    due_on: date
    unit_id: int
    unit_name: str

    @property
    def title(self) -> str:
        return period_label(self.period) + (str(KINDS[self.kind].name) if self.kind in KINDS else self.kind)


def coming_for(person_id: int, on: date, *, limit: int = 5) -> list[Coming]:
    """The next meetings of the units a person belongs to, whose window is open or opens within a month. One query."""
    rows = db.session.execute(
        select(DueItem.kind, DueItem.period, DueItem.opens_on, DueItem.due_on, Unit.id, Unit.name)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .join(
            Membership,
            and_(
                Membership.tenant_id == DueItem.tenant_id,
                Membership.unit_id == DueItem.unit_id,
                Membership.person_id == person_id,
                Membership.until.is_(None),
            ),
        )
        .where(
            DueItem.state == "open",
            DueItem.due_on >= on,
            DueItem.opens_on <= on + timedelta(days=31),
            DueItem.kind.in_([key for key, kind in KINDS.items() if kind.attendance == "members"]),
        )
        .order_by(DueItem.due_on, DueItem.id)
        .limit(limit)
    )
    return [Coming(*row) for row in rows]
