"""What came to a person: the own circulars and those of the units for which the person reads."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.circulars.models import Circular, Receipt
from shared.circulars.queries.reading import is_mine, is_open
from shared.db import db
from shared.organisations.models import Unit

PAGE = 50
NAMED = 4


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One circular as it stands with one recipient; `unit_name`: the unit it came to, '' where to the person."""

    id: int
    circular_id: int
    title: str
    sender: str
    state: str
    reply: str
    due_on: date | None
    sent_at: datetime
    unit_name: str
    read_at: datetime | None
    replied_at: datetime | None

    @property
    def reply_missing(self) -> bool:
        return self.state == "sent" and self.reply != "none" and self.replied_at is None


def _rows(person_id: int) -> Select[Any]:
    of = aliased(Unit)
    columns: tuple[Any, ...] = (
        Receipt.id,
        Circular.id,
        Circular.title,
        Unit.name,
        Circular.state,
        Circular.reply,
        Circular.due_on,
        Circular.sent_at,
        func.coalesce(of.name, ""),
        Receipt.read_at,
        Receipt.replied_at,
    )
    return (
        select(*columns)
        .join(Circular, and_(Circular.tenant_id == Receipt.tenant_id, Circular.id == Receipt.circular_id))
        .join(Unit, and_(Unit.tenant_id == Circular.tenant_id, Unit.id == Circular.unit_id))
        .outerjoin(of, and_(of.tenant_id == Receipt.tenant_id, of.id == Receipt.unit_id))
        .where(is_mine(person_id))
        .order_by(Circular.id.desc(), Receipt.id.desc())
    )


def inbox(
    actor: Actor, *, waiting: bool = False, after: tuple[int, int] | None = None
) -> tuple[list[InboxRow], tuple[int, int] | None]:
    """One page, newest first, and the keys after which the next begins. One query.

    `waiting`: only what is still to be read or answered.
    """
    statement = _rows(actor.person_id or 0).limit(PAGE + 1)
    if waiting:
        statement = statement.where(Circular.state == "sent", is_open())
    if after is not None:
        statement = statement.where(tuple_(Circular.id, Receipt.id) < after)
    rows = [InboxRow(*row) for row in db.session.execute(statement)]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], (last.circular_id, last.id) if last else None


@dataclass(frozen=True, slots=True)
class AtHand:
    rows: list[InboxRow]
    #: There are more than are named.
    more: bool


def at_hand(actor: Actor) -> AtHand:
    """What is still to be read or answered, for the page of today. One query."""
    statement = _rows(actor.person_id or 0).where(Circular.state == "sent", is_open()).limit(NAMED + 1)
    rows = [InboxRow(*row) for row in db.session.execute(statement)]
    return AtHand(rows[:NAMED], len(rows) > NAMED)


def own_receipts(person_id: int, circular_id: int) -> list[tuple[Receipt, str]]:
    """The receipts of a circular for which the person reads, each with its unit's name ('': the person). One query."""
    rows = db.session.execute(
        select(Receipt, Unit.name)
        .outerjoin(Unit, and_(Unit.tenant_id == Receipt.tenant_id, Unit.id == Receipt.unit_id))
        .where(Receipt.circular_id == circular_id, is_mine(person_id))
        .order_by(Receipt.unit_id.nulls_first())
        .execution_options(populate_existing=True)
    )
    return [(receipt, name or "") for receipt, name in rows]
