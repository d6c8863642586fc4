"""One deed: its story; and what deeds ask of a person today."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, and_, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.deeds.models import Deed, DeedNote
from shared.deeds.queries.lists import OPEN
from shared.events.models import Event
from shared.members.models import Person
from shared.organisations.models import Unit

#: Deeds named on the page of today; the rest is a number that opens into the list.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Note:
    id: int
    act: str
    remark: str
    by: str
    at: datetime
    event_id: int | None
    event_title: str
    file_id: int | None
    file_name: str


def notes(deed_id: int) -> list[Note]:
    """The story of a deed, newest first. One query."""
    rows: Any = db.session.execute(
        select(
            DeedNote.id,
            DeedNote.act,
            DeedNote.remark,
            func.coalesce(Person.name, ""),
            DeedNote.at,
            DeedNote.event_id,
            func.coalesce(Event.title, ""),
            DeedNote.file_id,
            DeedNote.file_name,
        )
        .join(
            Person,
            and_(Person.tenant_id == DeedNote.tenant_id, Person.id == DeedNote.person_id),
            isouter=True,
        )
        .join(Event, and_(Event.tenant_id == DeedNote.tenant_id, Event.id == DeedNote.event_id), isouter=True)
        .where(DeedNote.deed_id == deed_id)
        .order_by(DeedNote.id.desc())
    )
    return [Note(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class AtHand:
    """`rows`: (key, title, last day, state) of the first open deeds; `open`, `late`: of all; `done`: to be closed."""

    rows: list[tuple[int, str, date, str]]
    open: int
    late: int
    done: int


def at_hand(actor: Actor) -> AtHand:
    """Open deeds of the person's own units or charged to the person, late first; done ones to be closed. One query."""
    if not actor.may(Permission.DEED_EDIT):
        return AtHand([], 0, 0, 0)
    units = literal(
        sorted({grant.unit_id for grant in actor.grants if grant.unit_id is not None}), ARRAY(BigInteger)
    )
    on = today()
    mine = and_(
        Deed.state.in_(OPEN), or_(Deed.unit_id == any_(units), Deed.owner_id == (actor.person_id or 0))
    )
    asked = and_(Deed.state == "done", Deed.by_unit_id == any_(units))
    found: Any = db.session.execute(
        select(
            Deed.id,
            Deed.title,
            Deed.due_on,
            Deed.state,
            func.count().filter(mine).over(),
            func.count().filter(mine, Deed.due_on < on).over(),
            func.count().filter(asked).over(),
        )
        .join(Unit, and_(Unit.tenant_id == Deed.tenant_id, Unit.id == Deed.unit_id))
        .where(or_(mine, asked), reach_filter(actor, Permission.DEED_VIEW, Unit.path))
        .order_by((Deed.state == "done"), Deed.due_on, Deed.id)
        .limit(NAMED)
    ).all()
    if not found:
        return AtHand([], 0, 0, 0)
    return AtHand([tuple(row[:4]) for row in found if row[3] in OPEN], found[0][4], found[0][5], found[0][6])
