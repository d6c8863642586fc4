"""Deeds as lists: what is late first; the numbers that the tenant names, each of exactly the rows it opens into."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.deeds.models import Deed, DeedCounter
from shared.duties.queries.filters import below
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
CAP = 10_000
OPEN = ("open", "returned")
VIEWS = ("late", "open", "offered", "done", "closed", "dropped", "all")
#: Offers shown to be taken up.
MOST_OFFERED = 100
#: The unit that gave a deed; whoever acts for it sees the deed too.
GIVER = aliased(Unit)


@dataclass(frozen=True, slots=True)
class DeedFilter:
    """`view`: late, open, offered, done (to be closed), closed, dropped, all. `after`: where the last page ended."""

    view: str = "open"
    unit_id: int | None = None
    kind: str = ""
    source: str = ""
    satisfaction: str = ""
    counter_id: int | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class DeedRow:
    id: int
    kind: str
    source: str
    reference: str
    title: str
    unit_id: int
    unit_name: str
    by_unit_name: str
    owner: str
    came_on: date
    due_on: date
    state: str
    claimed_on: date | None
    done_on: date | None
    result: str
    satisfaction: str | None
    closed_on: date | None

    @property
    def late(self) -> bool:
        return self.state in OPEN and self.due_on < today()


def counted_rows(counter: DeedCounter) -> ColumnElement[bool]:
    """What a counter counts: deeds of its kind that came into its state within its span."""
    day: Any
    state, day = {
        "entered": (Deed.state != "dropped", Deed.came_on),
        "open": (Deed.state.in_(("offered", *OPEN)), Deed.came_on),
        "done": (Deed.state.in_(("done", "closed")), Deed.done_on),
        "closed": (Deed.state == "closed", Deed.closed_on),
    }[counter.state]
    found: list[ColumnElement[bool]] = [state]
    if counter.kind is not None:
        found.append(Deed.kind == counter.kind)
    if counter.since is not None:
        found.append(day >= counter.since)
    if counter.until is not None:
        found.append(day <= counter.until)
    return and_(*found)


def _conditions(
    actor: Actor, given: DeedFilter, counter: DeedCounter | None = None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        or_(
            reach_filter(actor, Permission.DEED_VIEW, Unit.path),
            reach_filter(actor, Permission.DEED_VIEW, GIVER.path),
        ),
        {
            "late": and_(Deed.state.in_(OPEN), Deed.due_on < today()),
            "open": Deed.state.in_(OPEN),
            "offered": Deed.state == "offered",
            "done": Deed.state == "done",
            "closed": Deed.state == "closed",
            "dropped": Deed.state == "dropped",
            "all": Deed.state != "dropped",
        }[given.view],
    ]
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    for column, value in ((Deed.kind, given.kind), (Deed.source, given.source)):
        if value:
            found.append(column == value)
    if given.satisfaction:
        found.append(Deed.satisfaction == given.satisfaction)
    if counter is not None:
        found.append(counted_rows(counter))
    return found


def _joined(statement: Any) -> Any:
    return statement.join(Unit, and_(Unit.tenant_id == Deed.tenant_id, Unit.id == Deed.unit_id)).join(
        GIVER, and_(GIVER.tenant_id == Deed.tenant_id, GIVER.id == Deed.by_unit_id)
    )


def counter_of(given: DeedFilter) -> DeedCounter | None:
    """The counter that the filter opens, if there is one. At most one query."""
    if given.counter_id is None:
        return None
    return db.session.execute(
        select(DeedCounter).where(DeedCounter.id == given.counter_id)
    ).scalar_one_or_none()


def deeds(
    actor: Actor, given: DeedFilter, *, limit: int = PAGE
) -> tuple[list[DeedRow], tuple[date, int] | None]:
    """One page in the order of the last day, and where to go on. One query, one more for a counter."""
    owner = aliased(Person)
    statement = (
        _joined(
            select(
                Deed.id,
                Deed.kind,
                Deed.source,
                Deed.reference,
                Deed.title,
                Deed.unit_id,
                Unit.name,
                GIVER.name,
                func.coalesce(owner.name, ""),
                Deed.came_on,
                Deed.due_on,
                Deed.state,
                Deed.claimed_on,
                Deed.done_on,
                Deed.result,
                Deed.satisfaction,
                Deed.closed_on,
            ).select_from(Deed)
        )
        .join(owner, and_(owner.tenant_id == Deed.tenant_id, owner.id == Deed.owner_id), isouter=True)
        .where(*_conditions(actor, given, counter_of(given)))
        .order_by(Deed.due_on, Deed.id)
        .limit(limit + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(Deed.due_on, Deed.id) > given.after)
    rows = [DeedRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, (rows[-1].due_on, rows[-1].id) if more else None


def deed_counts(actor: Actor, given: DeedFilter) -> dict[str, int]:
    """How many stand in each view with the rest of the filter, CAP + 1 at most. One query, one more for a counter."""
    counter = counter_of(given)
    counted = {
        view: _conditions(actor, replace(given, view=view, satisfaction=""), counter) for view in VIEWS
    }
    return _numbers(counted)


def satisfaction_counts(actor: Actor, given: DeedFilter, words: list[str]) -> dict[str, int]:
    """What was answered about the closed deeds of the filter. One query, one more for a counter."""
    counter = counter_of(given)
    return _numbers(
        {
            word: _conditions(actor, replace(given, view="closed", satisfaction=word), counter)
            for word in words
        }
    )


def counters(actor: Actor) -> list[tuple[DeedCounter, int]]:
    """The tenant's numbers, each counted over the units in the actor's reach. Two queries."""
    named = list(db.session.scalars(select(DeedCounter).order_by(DeedCounter.id)))
    if not named:
        return []
    every = DeedFilter(view="all")
    found = _numbers({str(one.id): _conditions(actor, every, one) for one in named}, cap=None)
    return [(one, found[str(one.id)]) for one in named]


def _numbers(counted: dict[str, list[ColumnElement[bool]]], cap: int | None = CAP) -> dict[str, int]:
    columns = []
    for conditions in counted.values():
        inner = _joined(select(Deed.id).select_from(Deed)).where(*conditions)
        inner = (inner if cap is None else inner.limit(cap + 1)).subquery()
        columns.append(select(func.count()).select_from(inner).scalar_subquery())
    return dict(zip(counted, db.session.execute(select(*columns)).one(), strict=True))


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed that a unit above offers."""

    id: int
    kind: str
    title: str
    content: str
    by_unit_name: str
    due_on: date


def offers(actor: Actor) -> list[Offer]:
    """What units at or above the actor's own offer to be taken up, the earliest last day first. One query."""
    own = aliased(Unit)
    rows = db.session.execute(
        select(Deed.id, Deed.kind, Deed.title, Deed.content, GIVER.name, Deed.due_on)
        .join(GIVER, and_(GIVER.tenant_id == Deed.tenant_id, GIVER.id == Deed.by_unit_id))
        .where(
            Deed.state == "offered",
            select(1)
            .where(
                own.tenant_id == Deed.tenant_id,
                own.state == "active",
                reach_filter(actor, Permission.DEED_EDIT, own.path),
                func.starts_with(own.path, GIVER.path),
            )
            .exists(),
        )
        .order_by(Deed.due_on, Deed.id)
        .limit(MOST_OFFERED)
    )
    return [Offer(*row) for row in rows]
