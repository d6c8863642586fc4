"""What units sent, and who has read and answered it, by unit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.circulars.models import Circular, CircularFile, Receipt
from shared.circulars.queries.reading import is_there
from shared.clock import local, today
from shared.db import db
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
VIEWS = ("unread", "unanswered", "read", "replied", "gone", "all")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many got it, and of those who are still there have read and answered it; `gone`: left, or ended units."""

    all: int
    read: int
    replied: int
    unread: int
    unanswered: int
    gone: int


_NONE = Counts(0, 0, 0, 0, 0, 0)


def _standing(view: str) -> ColumnElement[bool]:
    waits = {
        "unread": Receipt.read_at.is_(None),
        "unanswered": and_(Receipt.read_at.is_not(None), Receipt.replied_at.is_(None)),
    }
    if view in waits:
        return and_(waits[view], is_there())
    return {
        "read": Receipt.read_at.is_not(None),
        "replied": Receipt.replied_at.is_not(None),
        "gone": and_(~is_there(), Receipt.read_at.is_(None)),
        "all": Receipt.id.is_not(None),
    }[view]


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """Whether a recipient lies in reach: who sends in the name of a unit above or below reaches further than its own
    people, who follow it up, do."""
    return reach_filter(actor, Permission.CIRCULAR_SEND, Unit.path)


def counts_of(actor: Actor, *circular_ids: int) -> dict[int, Counts]:
    """The counts of some circulars, of recipients in reach. One query."""
    if not circular_ids:
        return {}
    rows: Any = db.session.execute(
        select(
            Receipt.circular_id,
            func.count(),
            *(
                func.count(case((_standing(view), 1)))
                for view in ("read", "replied", "unread", "unanswered", "gone")
            ),
        )
        .join(Unit, and_(Unit.tenant_id == Receipt.tenant_id, Unit.id == Receipt.at_unit_id))
        .where(Receipt.circular_id.in_(circular_ids), _in_reach(actor))
        .group_by(Receipt.circular_id)
    )
    found = {row[0]: Counts(*row[1:]) for row in rows}
    return {key: found.get(key, _NONE) for key in circular_ids}


@dataclass(frozen=True, slots=True)
class SentRow:
    id: int
    title: str
    unit_name: str
    state: str
    reply: str
    due_on: date | None
    sent_at: datetime | None
    counts: Counts


def sent(actor: Actor, *, state: str = "", before: int | None = None) -> tuple[list[SentRow], int | None]:
    """Circulars of units in reach, newest first, and the key before which the next page lies. Two queries."""
    statement = (
        select(
            Circular.id,
            Circular.title,
            Unit.name,
            Circular.state,
            Circular.reply,
            Circular.due_on,
            Circular.sent_at,
        )
        .join(Unit, and_(Unit.tenant_id == Circular.tenant_id, Unit.id == Circular.unit_id))
        .where(reach_filter(actor, Permission.CIRCULAR_SEND, Unit.path))
        .order_by(Circular.id.desc())
        .limit(PAGE + 1)
    )
    if state:
        statement = statement.where(Circular.state == state)
    if before is not None:
        statement = statement.where(Circular.id < before)
    rows = db.session.execute(statement).all()
    counts = counts_of(actor, *(row[0] for row in rows[:PAGE]))
    found = [SentRow(*row, counts[row[0]]) for row in rows[:PAGE]]
    return found, found[-1].id if len(rows) > PAGE else None


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """`after`: path and key of the last row shown."""

    circular_id: int | None = None
    view: str = "unread"
    after: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One recipient; `person`: '' where it came to the unit as such. `late`: answered after the last day."""

    id: int
    path: str
    unit_name: str
    person: str
    read_at: datetime | None
    reader: str
    choice: str
    reply_text: str
    replied_at: datetime | None
    there: bool
    due_on: date | None

    @property
    def late(self) -> bool:
        if self.due_on is None:
            return False
        return (local(self.replied_at).date() if self.replied_at is not None else today()) > self.due_on


def receipts(
    actor: Actor, given: ReceiptFilter, *, limit: int = PAGE
) -> tuple[list[ReceiptRow], tuple[str, int] | None]:
    """One page of the recipients in reach, in the order of the tree, of a circular that a unit in reach sent."""
    sender, reader = aliased(Unit), aliased(Person)
    statement: Any = (
        select(
            Receipt.id,
            Unit.path,
            Unit.name,
            func.coalesce(Person.name, ""),
            Receipt.read_at,
            func.coalesce(reader.name, ""),
            Receipt.choice,
            Receipt.reply_text,
            Receipt.replied_at,
            is_there(),
            Circular.due_on,
        )
        .join(Circular, and_(Circular.tenant_id == Receipt.tenant_id, Circular.id == Receipt.circular_id))
        .join(sender, and_(sender.tenant_id == Circular.tenant_id, sender.id == Circular.unit_id))
        .join(Unit, and_(Unit.tenant_id == Receipt.tenant_id, Unit.id == Receipt.at_unit_id))
        .outerjoin(Person, and_(Person.tenant_id == Receipt.tenant_id, Person.id == Receipt.person_id))
        .outerjoin(reader, and_(reader.tenant_id == Receipt.tenant_id, reader.id == Receipt.read_by))
        .where(
            Receipt.circular_id == (given.circular_id or 0),
            reach_filter(actor, Permission.CIRCULAR_SEND, sender.path),
            _in_reach(actor),
            _standing(given.view),
        )
        .order_by(Unit.path, Receipt.id)
        .limit(limit + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(Unit.path, Receipt.id) > given.after)
    rows = [ReceiptRow(*row) for row in db.session.execute(statement)]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], (last.path, last.id) if last else None


def files_of(circular_id: int) -> list[CircularFile]:
    """The files of a circular in the order in which they came. One query."""
    return list(
        db.session.scalars(
            select(CircularFile).where(CircularFile.circular_id == circular_id).order_by(CircularFile.id)
        )
    )
