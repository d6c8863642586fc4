"""What is public, what was, and what still has to be made public (党务公开); keyset over day and id.

A publication is an event of the kind of that name: public from the day it was held on until its field `until`, or for
good. Nothing is stored about whether it is public now: that depends on today.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.duties.queries.filters import below
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.members.models import Membership
from shared.organisations.models import Unit

KIND = "publication"
PAGE = 50
#: No total above this is counted.
CAP = 10_000
Shown = Literal["missing", "now", "ended", "all"]
SHOWN: tuple[Shown, ...] = ("missing", "now", "ended", "all")
ITEMS, SCOPES, MANNERS = (
    dict(next(field.choices for field in KINDS[KIND].fields if field.code == code))
    for code in ("item", "scope", "manner")
)
#: What a further publication of the same item is filled with.
KEPT = ("subject", "item", "scope", "manner", "channel")
_UNTIL = Event.fields["until"].astext
ITEM = Event.fields["item"].astext


@dataclass(frozen=True, slots=True)
class PublicationFilter:
    """`item` narrows what was made public, not what is missing: a duty names no item. `after`: the last row before."""

    shown: Shown = "missing"
    unit_id: int | None = None
    item: str | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """One publication; `until` None: for good."""

    id: int
    unit_id: int
    unit_name: str
    unit_path: str
    held_on: date
    fields: dict[str, Any]

    def _said(self, code: str, words: dict[str, Any]) -> str:
        value = self.fields.get(code, "")
        return str(words.get(value, value))

    @property
    def subject(self) -> str:
        return str(self.fields.get("subject", ""))

    @property
    def item(self) -> str:
        return self._said("item", ITEMS)

    @property
    def scope(self) -> str:
        return self._said("scope", SCOPES)

    @property
    def manner(self) -> str:
        return self._said("manner", MANNERS)

    @property
    def channel(self) -> str:
        return str(self.fields.get("channel", ""))

    @property
    def summary(self) -> str:
        return str(self.fields.get("summary", ""))

    @property
    def until(self) -> date | None:
        return date.fromisoformat(self.fields["until"]) if self.fields.get("until") else None

    def ended(self, on: date) -> bool:
        return self.until is not None and self.until < on

    def again(self) -> dict[str, str]:
        """What a further publication of the same item is filled with."""
        return {code: str(self.fields[code]) for code in KEPT if self.fields.get(code)}


@dataclass(frozen=True, slots=True)
class Missing:
    """One duty to make something public: past its day, or with its window open."""

    due_item_id: int
    unit_id: int
    unit_name: str
    unit_path: str
    period: str
    opens_on: date
    due_on: date

    @property
    def title(self) -> str:
        return period_label(self.period) + str(KINDS[KIND].name)


_OF_UNIT = and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id)
_SELECT = (
    select(Event.id, Unit.id, Unit.name, Unit.path, Event.held_on, Event.fields)
    .join(Unit, _OF_UNIT)
    .where(Event.kind == KIND, Event.state == "filed")
)


def _rows(statement: Select[Any]) -> list[Published]:
    return [Published(*row) for row in db.session.execute(statement)]


def _held(actor: Actor, given: PublicationFilter, on: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
    ]
    if given.shown == "now":
        found.append(or_(_UNTIL.is_(None), on.isoformat() <= _UNTIL))
    if given.shown == "ended":
        found.append(on.isoformat() > _UNTIL)
    if given.item is not None:
        found.append(given.item == ITEM)
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    return found


def _owed(actor: Actor, given: PublicationFilter, on: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        DueItem.kind == KIND,
        DueItem.state == "open",
        DueItem.opens_on <= on,
        Unit.state == "active",
        reach_filter(actor, Permission.EVENT_VIEW, Unit.path),
    ]
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    return found


def publications(
    actor: Actor, given: PublicationFilter, *, size: int = PAGE
) -> tuple[list[Published], tuple[date, int] | None]:
    """One page of what is or was public, the latest first, and where to go on. One query."""
    statement = (
        _SELECT.where(*_held(actor, given, today()))
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(size + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(Event.held_on, Event.id) < given.after)
    rows = _rows(statement)
    more, rows = len(rows) > size, rows[:size]
    return rows, (rows[-1].held_on, rows[-1].id) if more else None


def missing(
    actor: Actor, given: PublicationFilter, *, size: int = PAGE
) -> tuple[list[Missing], tuple[date, int] | None]:
    """One page of the open duties whose window has begun, the longest overdue first. One query."""
    statement = (
        select(DueItem.id, Unit.id, Unit.name, Unit.path, DueItem.period, DueItem.opens_on, DueItem.due_on)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(*_owed(actor, given, today()))
        .order_by(DueItem.due_on, DueItem.id)
        .limit(size + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(DueItem.due_on, DueItem.id) > given.after)
    rows = [Missing(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > size, rows[:size]
    return rows, (rows[-1].due_on, rows[-1].due_item_id) if more else None


def publication_counts(actor: Actor, given: PublicationFilter) -> dict[str, int]:
    """How many are missing, public now, ended, and all, each CAP + 1 at most. One query."""
    on = today()
    counted = []
    for shown in SHOWN:
        narrowed = PublicationFilter(shown, given.unit_id, given.item)
        inner = (
            select(DueItem.id)
            .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
            .where(*_owed(actor, narrowed, on))
            if shown == "missing"
            else _SELECT.with_only_columns(Event.id).where(*_held(actor, narrowed, on))
        )
        cut = inner.limit(CAP + 1).subquery()
        counted.append(select(func.count()).select_from(cut).scalar_subquery().label(shown))
    row = db.session.execute(select(*counted)).one()
    return dict(zip(SHOWN, row, strict=True))


def published_in(unit_id: int, year: int) -> list[Published]:
    """What one unit made public in a year, in the order of the days. One query."""
    return _rows(
        _SELECT.where(
            Event.unit_id == unit_id, Event.held_on.between(date(year, 1, 1), date(year, 12, 31))
        ).order_by(Event.held_on, Event.id)
    )


def last_of_items(unit_id: int) -> dict[str, Published]:
    """The latest publication of each item of one unit: a further one is filled from it. One query."""
    found = _rows(
        _SELECT.where(Event.unit_id == unit_id)
        .ext(distinct_on(ITEM))
        .order_by(ITEM, Event.held_on.desc(), Event.id.desc())
    )
    return {one.fields["item"]: one for one in found if one.fields.get("item")}


def public_for(person_id: int) -> list[Published]:
    """What is public now in the units a person belongs to, the latest first; PAGE at most. One query."""
    homes = select(Membership.unit_id).where(Membership.person_id == person_id, Membership.until.is_(None))
    return _rows(
        _SELECT.where(Event.unit_id.in_(homes), or_(_UNTIL.is_(None), today().isoformat() <= _UNTIL))
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(PAGE)
    )
