"""The segments in reach."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audiences.models import Segment
from shared.db import db
from shared.organisations.models import Unit

PAGE = 50


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment as the list shows it."""

    id: int
    name: str
    unit_name: str
    filter: dict[str, Any]


def segments(
    actor: Actor, after: tuple[str, int] | None = None
) -> tuple[list[SegmentRow], tuple[str, int] | None]:
    """One page by name, and the key the next one begins after. One query."""
    statement = (
        select(Segment.id, Segment.name, Unit.name, Segment.filter)
        .join(Unit, (Unit.tenant_id == Segment.tenant_id) & (Unit.id == Segment.unit_id))
        .where(reach_filter(actor, Permission.CIRCULAR_SEND, Unit.path))
        .order_by(Segment.name, Segment.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(Segment.name, Segment.id) > after)
    rows = [SegmentRow(*row) for row in db.session.execute(statement)]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], (last.name, last.id) if last else None
