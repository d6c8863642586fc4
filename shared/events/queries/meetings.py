"""Reads of what is to be held: a person's own meetings, the calendar of a reach, one meeting with its answers."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, null, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.events.kinds import KINDS
from shared.events.models import Invitation, Meeting, Series
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 100


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting as a list shows it. `answer` is the reader's own: None not yet, 'come', 'leave'; '' not invited."""

    id: int
    kind: str
    title: str
    unit_id: int
    unit_name: str
    on_date: date
    starts_at: time
    ends_at: time | None
    place: str
    state: str
    answer: str | None
    reason: str | None = None
    invited: int = 0
    come: int = 0
    leave: int = 0

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def open(self) -> int:
        """How many have not answered."""
        return self.invited - self.come - self.leave


#: The columns of Coming up to the answer, in its order.
_OF_MEETING: tuple[Any, ...] = (
    Meeting.id,
    Meeting.kind,
    Meeting.title,
    Unit.id,
    Unit.name,
    Meeting.on_date,
    Meeting.starts_at,
    Meeting.ends_at,
    Meeting.place,
    Meeting.state,
)


def own_meetings(person_id: int, on: date, *, limit: int = 3) -> list[Coming]:
    """What somebody is invited to from that day on, the next first. One query."""
    rows = db.session.execute(
        select(
            *_OF_MEETING,
            Invitation.answer,
            Invitation.reason,
        )
        .join(
            Invitation,
            and_(Invitation.tenant_id == Meeting.tenant_id, Invitation.meeting_id == Meeting.id),
        )
        .join(Unit, and_(Unit.tenant_id == Meeting.tenant_id, Unit.id == Meeting.unit_id))
        .where(Invitation.person_id == person_id, Meeting.state == "planned", Meeting.on_date >= on)
        .order_by(Meeting.on_date, Meeting.starts_at, Meeting.id)
        .limit(limit)
    )
    return [Coming(*row) for row in rows]


def _answers(of: str | None) -> ColumnElement[int]:
    counted = select(func.count()).where(
        Invitation.tenant_id == Meeting.tenant_id, Invitation.meeting_id == Meeting.id
    )
    if of is not None:
        counted = counted.where(Invitation.answer == of)
    return counted.correlate(Meeting).scalar_subquery()


def calendar_statement(
    actor: Actor, first: date, last: date, *, after: tuple[date, int] | None = None
) -> Select[*tuple[Any, ...]]:
    """The meetings of a reach between two days, keyset over (day, id), and one more than a page."""
    own = (
        select(Invitation.answer)
        .where(
            Invitation.tenant_id == Meeting.tenant_id,
            Invitation.meeting_id == Meeting.id,
            Invitation.person_id == (actor.person_id or 0),
        )
        .correlate(Meeting)
        .scalar_subquery()
    )
    statement = (
        select(
            *_OF_MEETING,
            own,
            cast(null(), Text).label("reason"),
            _answers(None),
            _answers("come"),
            _answers("leave"),
        )
        .join(Unit, and_(Unit.tenant_id == Meeting.tenant_id, Unit.id == Meeting.unit_id))
        .where(
            Meeting.on_date.between(first, last),
            Meeting.state != "cancelled",
            reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
        )
        .order_by(Meeting.on_date, Meeting.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(Meeting.on_date, Meeting.id) > after)
    return statement


def calendar_page(
    actor: Actor, first: date, last: date, *, after: tuple[date, int] | None = None
) -> tuple[list[Coming], tuple[date, int] | None]:
    """One page of the calendar and the place to go on from. One query."""
    rows = [Coming(*row) for row in db.session.execute(calendar_statement(actor, first, last, after=after))]
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return rows, (rows[-1].on_date, rows[-1].id) if more else None


@dataclass(frozen=True, slots=True)
class Answer:
    person_id: int
    name: str
    answer: str | None
    reason: str | None
    note: str | None
    checked_in_at: datetime | None = None


def answers_of(meeting_id: int) -> list[Answer]:
    """Everybody invited: who has not answered first, then leave, then who comes. One query."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            Invitation.answer,
            Invitation.reason,
            Invitation.note,
            Invitation.checked_in_at,
        )
        .join(Invitation, and_(Invitation.tenant_id == Person.tenant_id, Invitation.person_id == Person.id))
        .where(Invitation.meeting_id == meeting_id)
        .order_by(Invitation.answer.desc().nulls_first(), Person.name_key, Person.id)
    )
    return [Answer(*row) for row in rows]


def meeting_to_record(unit_id: int, kind: str, first: date, last: date) -> Meeting | None:
    """The latest meeting of a kind that was planned in a window and is not recorded: it fills the record."""
    return db.session.execute(
        select(Meeting)
        .where(
            Meeting.unit_id == unit_id,
            Meeting.kind == kind,
            Meeting.state == "planned",
            Meeting.on_date.between(first, last),
        )
        .order_by(Meeting.on_date.desc(), Meeting.id.desc())
        .limit(1)
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a meeting knows before its record: who asked for leave, and a word beside a name where people checked in."""

    #: person → (reason, remark); whoever checked in after all is not among them.
    absent: dict[int, tuple[str, str]]
    words: dict[int, str]


def expectation_of(meeting_id: int) -> Expectation:
    """Nobody is absent for not having checked in: the word only tells the keeper. One query."""
    rows = answers_of(meeting_id)
    absent = {
        row.person_id: (row.reason or "other", row.note or "")
        for row in rows
        if row.answer == "leave" and row.checked_in_at is None
    }
    if not any(row.checked_in_at for row in rows):
        return Expectation(absent, {})
    return Expectation(
        absent,
        {
            row.person_id: _("checked in") if row.checked_in_at else _("not checked in")
            for row in rows
            if row.person_id not in absent
        },
    )


def checked_in_count(meeting_id: int) -> tuple[int, int]:
    """How many have checked in, of how many invited. One query."""
    row = db.session.execute(
        select(func.count(Invitation.checked_in_at), func.count()).where(Invitation.meeting_id == meeting_id)
    ).one()
    return row[0], row[1]


def own_checkin(meeting_id: int, person_id: int) -> tuple[str, datetime | None]:
    """The name of a meeting's unit, and when somebody checked in there. One query."""
    row = db.session.execute(
        select(Unit.name, Invitation.checked_in_at)
        .select_from(Meeting)
        .join(Unit, and_(Unit.tenant_id == Meeting.tenant_id, Unit.id == Meeting.unit_id))
        .join(
            Invitation,
            and_(
                Invitation.tenant_id == Meeting.tenant_id,
                Invitation.meeting_id == Meeting.id,
                Invitation.person_id == person_id,
            ),
            isouter=True,
        )
        .where(Meeting.id == meeting_id)
    ).one()
    return row[0], row[1]


def series_of(unit_id: int) -> list[Series]:
    """The living fixed days of a unit."""
    return list(
        db.session.scalars(
            select(Series).where(Series.unit_id == unit_id, Series.until.is_(None)).order_by(Series.id)
        )
    )


def meetings_of(unit_id: int, on: date, *, days: int = 92) -> list[Coming]:
    """What one unit has planned in the coming days. One query."""
    rows = db.session.execute(
        select(
            *_OF_MEETING,
            cast(null(), Text).label("answer"),
            cast(null(), Text).label("reason"),
            _answers(None),
            _answers("come"),
            _answers("leave"),
        )
        .join(Unit, and_(Unit.tenant_id == Meeting.tenant_id, Unit.id == Meeting.unit_id))
        .where(
            Meeting.unit_id == unit_id,
            Meeting.state == "planned",
            Meeting.on_date.between(on, on + timedelta(days=days)),
        )
        .order_by(Meeting.on_date, Meeting.id)
    )
    return [Coming(*row) for row in rows]
