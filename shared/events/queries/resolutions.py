"""Reads of resolutions: the list of a reach, a person's own, those of one record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.events.models import Event, Resolution
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
#: A count on the page goes so far.
CAP = 999
#: What stands open without a day comes after everything that has one.
NO_DAY = date(9999, 12, 31)
STATES = ("open", "late", "done", "dropped", "all")


@dataclass(frozen=True, slots=True)
class ResolutionFilter:
    """`state`: open, late (open and past its day), done, dropped, all. `unit_id` takes the unit and all below it.

    `own` and `owner_id`: what one person is charged with. `after`: (day, id) of the last row seen.
    """

    state: str = "open"
    unit_id: int | None = None
    owner_id: int | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """One resolution as a list shows it."""

    id: int
    event_id: int
    event_title: str
    held_on: date
    unit_id: int
    unit_name: str
    path: str
    content: str
    owner_id: int | None
    owner: str
    due_on: date | None
    state: str
    outcome: str | None
    ended_on: date | None

    def late_on(self, on: date) -> bool:
        return self.state == "open" and self.due_on is not None and self.due_on < on


_DAY: ColumnElement[date] = func.coalesce(Resolution.due_on, literal(NO_DAY))
_COLUMNS: tuple[Any, ...] = (
    Resolution.id,
    Resolution.event_id,
    Event.title,
    Event.held_on,
    Unit.id,
    Unit.name,
    Unit.path,
    Resolution.content,
    Resolution.owner_id,
    func.coalesce(Person.name, ""),
    Resolution.due_on,
    Resolution.state,
    Resolution.outcome,
    Resolution.ended_on,
)


def _rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(Event, and_(Event.tenant_id == Resolution.tenant_id, Event.id == Resolution.event_id))
        .join(Unit, and_(Unit.tenant_id == Resolution.tenant_id, Unit.id == Resolution.unit_id))
        .join(
            Person,
            and_(Person.tenant_id == Resolution.tenant_id, Person.id == Resolution.owner_id),
            isouter=True,
        )
        .where(*conditions)
    )


def _in_state(state: str, on: date) -> list[ColumnElement[bool]]:
    if state == "all":
        return []
    if state == "late":
        return [Resolution.state == "open", Resolution.due_on < on]
    return [Resolution.state == state]


def _narrowed(given: ResolutionFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if given.unit_id is not None:
        above = select(Unit.path).where(Unit.id == given.unit_id).scalar_subquery()
        found.append(func.starts_with(Unit.path, above))
    if given.owner_id is not None:
        found.append(Resolution.owner_id == given.owner_id)
    return found


def resolutions(
    actor: Actor, given: ResolutionFilter, *, limit: int = PAGE
) -> tuple[list[Resolved], tuple[date, int] | None]:
    """One page of what was resolved in the reach, by day, so that the longest overdue stands first. One query."""
    statement = _rows(
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
        *_in_state(given.state, today()),
        *_narrowed(given),
    )
    if given.after is not None:
        statement = statement.where(tuple_(_DAY, Resolution.id) > given.after)
    found = [
        Resolved(*row) for row in db.session.execute(statement.order_by(_DAY, Resolution.id).limit(limit + 1))
    ]
    more = len(found) > limit
    found = found[:limit]
    return found, (found[-1].due_on or NO_DAY, found[-1].id) if more else None


def resolution_counts(actor: Actor, given: ResolutionFilter) -> dict[str, int]:
    """How many of each state within the rest of the filter. One query."""
    late = and_(Resolution.state == "open", Resolution.due_on < today())
    row = db.session.execute(
        select(
            func.count().filter(Resolution.state == "open"),
            func.count().filter(late),
            func.count().filter(Resolution.state == "done"),
            func.count().filter(Resolution.state == "dropped"),
            func.count(),
        )
        .select_from(Resolution)
        .join(Unit, and_(Unit.tenant_id == Resolution.tenant_id, Unit.id == Resolution.unit_id))
        .where(reach_filter(actor, Permission.EVENT_VIEW, Unit.path), *_narrowed(given))
    ).one()
    return dict(zip(STATES, row, strict=True))


def owners(actor: Actor, unit_id: int | None, *, limit: int = 200) -> list[tuple[int, str]]:
    """Who is charged with something open in the reach, by name, for the filter. One query."""
    statement = (
        select(Person.id, Person.name, Person.name_key)
        .join(Resolution, and_(Resolution.tenant_id == Person.tenant_id, Resolution.owner_id == Person.id))
        .join(Unit, and_(Unit.tenant_id == Resolution.tenant_id, Unit.id == Resolution.unit_id))
        .where(
            Resolution.state == "open",
            reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
            *_narrowed(ResolutionFilter(unit_id=unit_id)),
        )
        .distinct()
        .order_by(Person.name_key, Person.id)
        .limit(limit)
    )
    return [(row.id, row.name) for row in db.session.execute(statement)]


def own_resolutions(person_id: int, *, limit: int = 20) -> list[Resolved]:
    """What somebody is charged with and has not done, the earliest day first. One query."""
    rows = db.session.execute(
        _rows(Resolution.owner_id == person_id, Resolution.state == "open")
        .order_by(_DAY, Resolution.id)
        .limit(limit)
    )
    return [Resolved(*row) for row in rows]


def late_at(unit_ids: Sequence[int], on: date) -> int:
    """How many of these units' resolutions are past their day. One query."""
    return db.session.execute(
        select(func.count()).where(
            Resolution.unit_id.in_(unit_ids), Resolution.state == "open", Resolution.due_on < on
        )
    ).scalar_one()


def resolutions_of(event_id: int) -> list[Resolved]:
    """What one record resolved, in its order. One query."""
    rows = db.session.execute(_rows(Resolution.event_id == event_id).order_by(Resolution.ordinal))
    return [Resolved(*row) for row in rows]


def resolutions_by_id(ids: Iterable[int]) -> dict[int, Resolved]:
    """Some resolutions by their keys, for the messages about them. One query."""
    rows = db.session.execute(_rows(Resolution.id.in_(set(ids))))
    return {row[0]: Resolved(*row) for row in rows}
