"""Reads of events: who is on the roll, what the next form is filled with, one record with all that belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, false, func, null, or_, select, true, union_all

from shared.db import db
from shared.events.kinds import KINDS
from shared.events.models import Attendance, Correction, Event, EventFile
from shared.files import File
from shared.members.models import Membership, Person, Post
from shared.members.posts import POSTS
from shared.members.relations import EXPECTED
from shared.members.statuses import ATTENDING, STATUSES

#: A roll longer than this is not called by name on a form.
LONGEST_ROLL = 600


@dataclass(frozen=True, slots=True)
class RollPerson:
    """One person of a unit on a day. `member`: expected at meetings of all; `officer`: holds an office there."""

    id: int
    name: str
    status: str | None
    member: bool
    officer: bool
    leads: bool

    @property
    def remark(self) -> str:
        """A word beside the name where the person has no vote."""
        spec = STATUSES.get(self.status or "")
        return str(spec.name) if spec is not None and not spec.votes else ""


LEADING = tuple(code for code, post in POSTS.items() if post.leads)
COMMITTEE = tuple(code for code, post in POSTS.items() if post.committee)


def people_on(unit_id: int, on: date) -> list[RollPerson]:
    """Members and committee members of a unit on that day, the leading ones first. One query."""
    belonging = select(
        Membership.person_id,
        Membership.status.label("status"),
        Membership.relation.in_(EXPECTED).label("expected"),
        false().label("officer"),
        false().label("leads"),
    ).where(
        Membership.unit_id == unit_id,
        Membership.since <= on,
        or_(Membership.until.is_(None), Membership.until >= on),
    )
    holding = select(Post.person_id, null(), true(), true(), Post.code.in_(LEADING)).where(
        Post.unit_id == unit_id,
        Post.code.in_(COMMITTEE),
        Post.since <= on,
        or_(Post.until.is_(None), Post.until >= on),
    )
    both = union_all(belonging, holding).subquery()
    status, officer, leads = func.min(both.c.status), func.bool_or(both.c.officer), func.bool_or(both.c.leads)
    expected = func.bool_and(both.c.expected)
    rows = db.session.execute(
        select(Person.id, Person.name, status, officer, leads, expected)
        .join(both, both.c.person_id == Person.id)
        .where(Person.state != "removed")
        .group_by(Person.id, Person.name, Person.name_key)
        .order_by(leads.desc(), officer.desc(), Person.name_key, Person.id)
        .limit(LONGEST_ROLL)
    )
    return [
        RollPerson(row[0], row[1], row[2], row[2] in ATTENDING and row[5], row[3], row[4]) for row in rows
    ]


def on_roll(kind: str, people: Iterable[RollPerson]) -> list[RollPerson]:
    """Those of a unit's people who are expected at this kind of event."""
    everyone = list(people)
    if KINDS[kind].attendance == "none":
        # Nobody is expected; anybody of the unit may be named.
        return everyone
    members = [person for person in everyone if person.member]
    if KINDS[kind].attendance == "officers":
        return [person for person in everyone if person.officer] or members
    return members


def event_by_form(form_key: str) -> Event | None:
    """The event that a form has already made."""
    return db.session.execute(select(Event).where(Event.form_key == form_key)).scalar_one_or_none()


def last_event(unit_id: int, kind: str | None = None) -> Event | None:
    """The last event of a unit (of a kind), from which the next form is filled."""
    statement = select(Event).where(Event.unit_id == unit_id, Event.state == "filed")
    if kind is not None:
        statement = statement.where(Event.kind == kind)
    return db.session.execute(
        statement.order_by(Event.held_on.desc(), Event.id.desc()).limit(1)
    ).scalar_one_or_none()


def absent_of(event_id: int) -> dict[int, tuple[str, str]]:
    """Who was absent from an event: person → (reason, remark)."""
    rows = db.session.execute(
        select(Attendance.person_id, Attendance.reason, Attendance.note).where(
            Attendance.event_id == event_id, Attendance.present.is_(False)
        )
    )
    return {person_id: (reason or "other", note or "") for person_id, reason, note in rows}


@dataclass(frozen=True, slots=True)
class Attendee:
    person_id: int
    name: str
    present: bool
    reason: str | None
    note: str | None


def attendance_of(event_id: int) -> list[Attendee]:
    """Everybody on the roll of one event, the absent first."""
    rows = db.session.execute(
        select(Person.id, Person.name, Attendance.present, Attendance.reason, Attendance.note)
        .join(Attendance, and_(Attendance.tenant_id == Person.tenant_id, Attendance.person_id == Person.id))
        .where(Attendance.event_id == event_id)
        .order_by(Attendance.present, Person.name_key, Person.id)
    )
    return [Attendee(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file at an event; `removed` says when and why it was taken off."""

    id: int
    name: str
    size: int
    media_type: str
    by: str
    at: datetime
    removed_at: datetime | None
    removed_reason: str | None


def files_of(event_id: int) -> list[Attached]:
    """The files of one event in the order in which they came, those taken off last."""
    rows = db.session.execute(
        select(
            EventFile.id,
            EventFile.name,
            File.size,
            File.media_type,
            Person.name,
            EventFile.added_at,
            EventFile.removed_at,
            EventFile.removed_reason,
        )
        .join(File, and_(File.tenant_id == EventFile.tenant_id, File.id == EventFile.file_id))
        .join(
            Person,
            and_(Person.tenant_id == EventFile.tenant_id, Person.id == EventFile.added_by),
            isouter=True,
        )
        .where(EventFile.event_id == event_id)
        .order_by(EventFile.removed_at.is_not(None), EventFile.id)
    )
    return [Attached(*row[:4], row[4] or "", *row[5:]) for row in rows]


@dataclass(frozen=True, slots=True)
class Corrected:
    at: datetime
    by: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]


def corrections_of(event_id: int) -> list[Corrected]:
    """The corrections of one event, newest first."""
    rows = db.session.execute(
        select(Correction.at, Person.name, Correction.reason, Correction.before, Correction.after)
        .join(
            Person,
            and_(Person.tenant_id == Correction.tenant_id, Person.id == Correction.person_id),
            isouter=True,
        )
        .where(Correction.event_id == event_id)
        .order_by(Correction.id.desc())
    )
    return [Corrected(row[0], row[1] or "", *row[2:]) for row in rows]


def names_of(person_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of some people by their keys."""
    wanted = {key for key in person_ids if key is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}
