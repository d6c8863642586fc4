"""The register of honours: the latest first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, literal, select, true, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.models import Honour
from shared.db import db
from shared.organisations.models import Unit

PAGE = 50


@dataclass(frozen=True, slots=True)
class HonourFilter:
    """Of a unit and all below it (`below`, a path), of a level, of a year. `after`: the last row before this page."""

    below: str | None = None
    level: str | None = None
    year: int | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class HonourRow:
    id: int
    unit_id: int
    unit_name: str
    unit_path: str
    name: str
    level: str
    granted_by: str
    granted_on: date


def honours(
    actor: Actor, given: HonourFilter, *, size: int = PAGE
) -> tuple[list[HonourRow], tuple[date, int] | None]:
    """One page of the units in reach, and where the next begins. One query."""
    asked: list[Any] = [reach_filter(actor, Permission.SCORE_VIEW, Unit.path)]
    if given.below:
        asked.append(func.starts_with(Unit.path, given.below))
    if given.level:
        asked.append(Honour.level == given.level)
    if given.year:
        asked.append(Honour.granted_on.between(date(given.year, 1, 1), date(given.year, 12, 31)))
    if given.after:
        asked.append(
            tuple_(Honour.granted_on, Honour.id) < tuple_(literal(given.after[0]), literal(given.after[1]))
        )
    rows = db.session.execute(
        select(
            Honour.id,
            Honour.unit_id,
            Unit.name.label("unit_name"),
            Unit.path.label("unit_path"),
            Honour.name,
            Honour.level,
            Honour.granted_by,
            Honour.granted_on,
        )
        .join(Unit, and_(Unit.tenant_id == Honour.tenant_id, Unit.id == Honour.unit_id))
        .where(true(), *asked)
        .order_by(Honour.granted_on.desc(), Honour.id.desc())
        .limit(size + 1)
    ).all()
    found = [HonourRow(**row._mapping) for row in rows]
    more = (found[size - 1].granted_on, found[size - 1].id) if len(found) > size else None
    return found[:size], more
