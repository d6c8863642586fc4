"""What the superior has to check: filed records of the units below, the oldest first, keyset over (filed_at, id)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.duties.queries.filters import below
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
#: No total above this is counted.
CAP = 10_000


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """`state`: waiting, returned (not mended yet) or accepted. `after`: the last row before this page."""

    state: str = "waiting"
    kind: str | None = None
    unit_id: int | None = None
    after: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """One record as the list of the check shows it."""

    id: int
    version: int
    kind: str
    title: str
    unit_id: int
    unit_name: str
    held_on: date
    filed_at: datetime
    filed_by: str
    own: bool
    due_count: int
    present_count: int
    remark: str

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)


def _conditions(actor: Actor, given: ReviewFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Event.state == "filed",
        {
            "waiting": Event.review.is_(None),
            "returned": Event.review == "returned",
            "accepted": Event.review == "accepted",
        }[given.state],
        reach_filter(actor, Permission.EVENT_REVIEW, Unit.path),
    ]
    if given.kind is not None:
        found.append(Event.kind == given.kind)
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    return found


def reviews(actor: Actor, given: ReviewFilter) -> tuple[list[Filed], tuple[datetime, int] | None]:
    """One page and the place to go on from. One query."""
    own = Event.filed_by == (actor.person_id or 0)
    statement = (
        select(
            Event.id,
            Event.version,
            Event.kind,
            Event.title,
            Unit.id,
            Unit.name,
            Event.held_on,
            Event.filed_at,
            func.coalesce(Person.name, ""),
            func.coalesce(own, False),
            Event.due_count,
            Event.present_count,
            func.coalesce(Event.review_remark, ""),
        )
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .join(Person, and_(Person.tenant_id == Event.tenant_id, Person.id == Event.filed_by), isouter=True)
        .where(*_conditions(actor, given))
        .order_by(Event.filed_at, Event.id)
        .limit(PAGE + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(Event.filed_at, Event.id) > given.after)
    found: Any = db.session.execute(statement)
    rows = [Filed(*row) for row in found]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return rows, (rows[-1].filed_at, rows[-1].id) if more else None


def review_counts(actor: Actor, given: ReviewFilter) -> dict[str, int]:
    """How many wait, are returned, are accepted, each CAP + 1 at most. One query."""
    counted = []
    for state in ("waiting", "returned", "accepted"):
        inner = (
            select(Event.id)
            .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
            .where(*_conditions(actor, ReviewFilter(state, given.kind, given.unit_id)))
            .limit(CAP + 1)
            .subquery()
        )
        counted.append(select(func.count()).select_from(inner).scalar_subquery().label(state))
    row = db.session.execute(select(*counted)).one()
    return {"waiting": row[0], "returned": row[1], "accepted": row[2]}
