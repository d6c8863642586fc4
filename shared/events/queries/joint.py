"""Joint events: who was named, who has taken over, what waits for a unit, and the host behind a part."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.events.kinds import KINDS
from shared.events.models import Correction, Event, JointOffer
from shared.hanzi import fold
from shared.members.models import Person
from shared.organisations.models import Unit, UnitTerm

PAGE = 50
#: So many units are shown; whoever looks for another types more of its name.
FOUND = 30


@dataclass(frozen=True, slots=True)
class Named:
    """A unit that the host has named. Counts are those of its own record, None while it has none."""

    offer_id: int
    unit_id: int
    unit_name: str
    unit_path: str
    state: str
    reason: str
    answered_by: str
    answered_at: datetime | None
    event_id: int | None
    due_count: int | None
    present_count: int | None


def named_units(event_id: int) -> list[Named]:
    """The units a record has named, those that have not answered first. One query."""
    rows: Any = db.session.execute(
        select(
            JointOffer.id,
            Unit.id,
            Unit.name,
            Unit.path,
            JointOffer.state,
            func.coalesce(JointOffer.reason, ""),
            func.coalesce(Person.name, ""),
            JointOffer.answered_at,
            Event.id,
            Event.due_count,
            Event.present_count,
        )
        .join(Unit, and_(Unit.tenant_id == JointOffer.tenant_id, Unit.id == JointOffer.unit_id))
        .outerjoin(
            Event, and_(Event.tenant_id == JointOffer.tenant_id, Event.id == JointOffer.taken_event_id)
        )
        .outerjoin(
            Person, and_(Person.tenant_id == JointOffer.tenant_id, Person.id == JointOffer.answered_by)
        )
        .where(JointOffer.event_id == event_id, JointOffer.state != "withdrawn")
        .order_by(JointOffer.state != "asked", Unit.path)
    )
    return [Named(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Host:
    """The host of a part. `changed_at`: when the host corrected its record after the part was filed."""

    unit_name: str
    event_id: int
    unit_path: str
    state: str
    changed_at: datetime | None


def host_of(part: Event) -> Host | None:
    """The host behind a unit's part of a joint event; None for every other record. One query, or none."""
    if part.joint_event_id is None:
        return None
    changed = (
        select(func.max(Correction.at))
        .where(
            Correction.tenant_id == Event.tenant_id,
            Correction.event_id == Event.id,
            Correction.at > part.filed_at,
        )
        .correlate(Event)
        .scalar_subquery()
    )
    row = db.session.execute(
        select(Unit.name, Event.id, Unit.path, Event.state, changed)
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(Event.id == part.joint_event_id)
    ).one()
    return Host(*row)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A joint event that a unit is asked to take over."""

    offer_id: int
    unit_name: str
    host_name: str
    kind: str
    title: str
    held_on: date

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)


def waiting_offers(
    actor: Actor, *, after: int | None = None, size: int = PAGE
) -> tuple[list[Waiting], int | None]:
    """What waits for the units whose ledger the actor keeps, the oldest first, and where to go on. One query."""
    host = aliased(Unit)
    statement = (
        select(JointOffer.id, Unit.name, host.name, Event.kind, Event.title, Event.held_on)
        .join(Unit, and_(Unit.tenant_id == JointOffer.tenant_id, Unit.id == JointOffer.unit_id))
        .join(Event, and_(Event.tenant_id == JointOffer.tenant_id, Event.id == JointOffer.event_id))
        .join(host, and_(host.tenant_id == Event.tenant_id, host.id == Event.unit_id))
        .where(
            JointOffer.state == "asked",
            Event.state == "filed",
            reach_filter(actor, Permission.DUTY_RECORD, Unit.path),
        )
        .order_by(JointOffer.id)
        .limit(size + 1)
    )
    if after is not None:
        statement = statement.where(JointOffer.id > after)
    found: Any = db.session.execute(statement)
    rows = [Waiting(*row) for row in found]
    more, rows = len(rows) > size, rows[:size]
    return rows, rows[-1].offer_id if more else None


def host_record(offer: JointOffer) -> tuple[Event, str]:
    """The host's record behind an offer, and its unit's name. One query."""
    row = db.session.execute(
        select(Event, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(Event.id == offer.event_id)
    ).one()
    return row[0], row[1]


def taken_record(offer: JointOffer) -> Event:
    return db.session.execute(select(Event).where(Event.id == offer.taken_event_id)).scalar_one()


def own_record(unit_id: int, host: Event) -> Event | None:
    """A record of the same kind and day that the unit has filed by itself."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.unit_id == unit_id,
            Event.kind == host.kind,
            Event.held_on == host.held_on,
            Event.state == "filed",
            Event.joint_event_id.is_(None),
        )
        .order_by(Event.id)
        .limit(1)
    ).one_or_none()


def units_to_name(host: Event, unit: Unit, words: str) -> list[Unit]:
    """Active units of the tenant that may hold the host's kind: by the beginning of the name, or those beside it.

    Not limited to the actor's reach: whoever held something together must be able to say with whom. Only names show.
    """
    statement = (
        select(Unit).where(Unit.state == "active", Unit.line == unit.line, Unit.id != unit.id).limit(FOUND)
    )
    if places := KINDS[host.kind].units:
        statement = statement.where(Unit.kind.in_(places))
    typed = fold(words)
    if typed:
        found = select(UnitTerm.unit_id).where(func.starts_with(UnitTerm.term, typed)).distinct().subquery()
        statement = statement.join(found, found.c.unit_id == Unit.id).order_by(
            func.length(Unit.name), Unit.path
        )
    else:
        statement = statement.where(Unit.parent_id == unit.parent_id).order_by(Unit.path)
    taken = select(JointOffer.unit_id).where(JointOffer.event_id == host.id, JointOffer.state != "withdrawn")
    return list(db.session.scalars(statement.where(Unit.id.not_in(taken))))
