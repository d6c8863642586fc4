"""One finding: its story, where it was found again, records that may prove it, who may lead."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from shared.clock import today
from shared.db import db
from shared.events.models import Event
from shared.events.queries import people_on
from shared.findings.models import Finding, FindingNote, Inspection
from shared.members.models import Person, Post
from shared.members.posts import LEADING
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Note:
    id: int
    act: str
    turn: int
    remark: str
    on_date: date | None
    by: str
    at: datetime
    event_id: int | None
    event_title: str
    file_id: int | None
    file_name: str


def notes(finding_id: int) -> list[Note]:
    """The story of a finding, newest first. One query."""
    rows: Any = db.session.execute(
        select(
            FindingNote.id,
            FindingNote.act,
            FindingNote.turn,
            FindingNote.remark,
            FindingNote.on_date,
            func.coalesce(Person.name, ""),
            FindingNote.at,
            FindingNote.event_id,
            func.coalesce(Event.title, ""),
            FindingNote.file_id,
            FindingNote.file_name,
        )
        .join(
            Person,
            and_(Person.tenant_id == FindingNote.tenant_id, Person.id == FindingNote.person_id),
            isouter=True,
        )
        .join(
            Event,
            and_(Event.tenant_id == FindingNote.tenant_id, Event.id == FindingNote.event_id),
            isouter=True,
        )
        .where(FindingNote.finding_id == finding_id)
        .order_by(FindingNote.id.desc())
    )
    return [Note(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Linked:
    """The same point at the same unit in another inspection."""

    id: int
    number: int
    inspection_title: str
    found_on: date
    #: found before this one, or after it.
    earlier: bool


def linked(finding: Finding) -> list[Linked]:
    """Where the same point was closed before, and where it was found again. One query."""
    rows = db.session.execute(
        select(Finding.id, Finding.number, Inspection.title, Finding.found_on)
        .join(
            Inspection,
            and_(Inspection.tenant_id == Finding.tenant_id, Inspection.id == Finding.inspection_id),
        )
        .where(or_(Finding.id == finding.again_of_id, Finding.again_of_id == finding.id))
        .where(Finding.unit_id == finding.unit_id)
        .order_by(Finding.id)
    )
    return [Linked(row[0], row[1], row[2], row[3], row[0] == finding.again_of_id) for row in rows]


def offered_records(unit_id: int, *, limit: int = 20) -> list[tuple[int, str, date]]:
    """The latest records of the unit's ledger. One query."""
    rows = db.session.execute(
        select(Event.id, Event.title, Event.held_on)
        .where(Event.unit_id == unit_id, Event.state == "filed")
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def people_for(unit: Unit) -> dict[int, str]:
    """Who may lead or answer for a measure: people of the unit, and whoever leads it or a unit above. Two queries."""
    found = {one.id: one.name for one in people_on(unit.id, today())}
    keys = [int(part) for part in unit.path.split(".") if part]
    rows = db.session.execute(
        select(Person.id, Person.name)
        .join(Post, and_(Post.tenant_id == Person.tenant_id, Post.person_id == Person.id))
        .where(
            Post.unit_id.in_(keys), Post.code.in_(LEADING), Post.until.is_(None), Person.state != "removed"
        )
        .order_by(Person.name_key, Person.id)
    )
    return found | {row[0]: row[1] for row in rows if row[0] not in found}
