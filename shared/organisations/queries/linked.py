"""The two lines beside each other: which Party unit leads which union unit."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, or_, select

from shared.db import db
from shared.organisations.models import Unit, UnitLink


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as one of its units sees it: the other side, and from when until when."""

    id: int
    unit_id: int
    name: str
    path: str
    line: str
    since: date
    until: date | None


def links_of(unit: Unit) -> list[Linked]:
    """The units of the other line that lead this one or are led by it: the living first. One query."""
    other = case((UnitLink.party_unit_id == unit.id, UnitLink.union_unit_id), else_=UnitLink.party_unit_id)
    rows = db.session.execute(
        select(UnitLink.id, Unit.id, Unit.name, Unit.path, Unit.line, UnitLink.since, UnitLink.until)
        .join(Unit, (Unit.tenant_id == UnitLink.tenant_id) & (Unit.id == other))
        .where(or_(UnitLink.party_unit_id == unit.id, UnitLink.union_unit_id == unit.id))
        .order_by(UnitLink.until.is_not(None), UnitLink.since.desc(), UnitLink.id)
    )
    return [Linked(*row) for row in rows]
