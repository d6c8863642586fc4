"""What the ledger says of the conditions: units that meet one, with the facts that say so.

Each condition is one select of (unit, condition, facts); together they are one statement, set-based, so that a county's
units are looked through at once. Nothing here is about a person: an office is vacant, a meeting was not held.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Numeric,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.models import Line, Scheme, Score
from shared.assessments.queries.sheet import applies
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import months_after
from shared.members.models import Membership, Post
from shared.organisations.models import Unit
from shared.watchlist.conditions import Condition, conditions
from shared.watchlist.models import WatchEntry

PAGE = 50
#: States in which a unit stands on the list.
ON_THE_LIST = ("listed", "applied", "reviewed")


def _units(given: Condition) -> list[Any]:
    return [Unit.state == "active", Unit.kind.in_(given.unit_kinds)]


def _row(given: Condition, *facts: Any) -> tuple[Any, ...]:
    return (
        Unit.id.label("unit_id"),
        literal(given.key, Text).label("key"),
        func.jsonb_build_object(*facts).label("facts"),
    )


def _vacant(given: Condition, on: date) -> Select[Any]:
    """Nobody holds the office of secretary; the last one left, or the unit began, that many months ago."""
    limit = months_after(on, -given.months)
    held = (Post.tenant_id == Unit.tenant_id, Post.unit_id == Unit.id, Post.code == "secretary")
    left = select(func.max(Post.until)).where(*held).scalar_subquery()
    since = func.coalesce(left, Unit.duties_since)
    return select(*_row(given, "since", cast(since, Text))).where(
        *_units(given),
        ~exists(
            select(1).where(*held, Post.since <= on, or_(Post.until.is_(None), Post.until >= on)),
        ),
        since < limit,
    )


def _not_held(given: Condition, on: date) -> Select[Any]:
    """A kind that was due often enough in these months, and not held once."""
    since = months_after(on, -given.months)
    missed = (
        select(DueItem.tenant_id, DueItem.unit_id, DueItem.kind, func.count().label("missed"))
        .where(
            DueItem.kind.in_(given.kinds),
            DueItem.due_on >= since,
            DueItem.due_on < on,
            DueItem.state.in_(("open", "done")),
        )
        .group_by(DueItem.tenant_id, DueItem.unit_id, DueItem.kind)
        .having(and_(func.count() >= given.least, func.bool_and(DueItem.state == "open")))
        .subquery()
    )
    return (
        select(*_row(given, "kinds", func.jsonb_object_agg(missed.c.kind, missed.c.missed)))
        .join(missed, and_(missed.c.tenant_id == Unit.tenant_id, missed.c.unit_id == Unit.id))
        .where(*_units(given))
        .group_by(Unit.tenant_id, Unit.id)
    )


def _undeveloped(given: Condition, on: date) -> Select[Any]:
    """Admission days are known here, the latest lies that far back, and nobody is on the way.

    A unit that knows no admission day says nothing: what is not entered is no failing.
    """
    limit = months_after(on, -given.months)
    joined = type_coerce(Membership.joined, Text)
    latest = (
        select(
            Membership.tenant_id,
            Membership.unit_id,
            func.max(joined).label("latest"),
            func.bool_or(Membership.status.in_(("probationary", "development_target"))).label("coming"),
        )
        .where(Membership.until.is_(None), Membership.kind == "party")
        .group_by(Membership.tenant_id, Membership.unit_id)
        .subquery()
    )
    return (
        select(*_row(given, "since", latest.c.latest))
        .join(latest, and_(latest.c.tenant_id == Unit.tenant_id, latest.c.unit_id == Unit.id))
        .where(
            *_units(given),
            latest.c.latest.is_not(None),
            ~latest.c.coming,
            # A day known to the month or year only is read as its last: "2024" is not before June 2024.
            func.rpad(latest.c.latest, 10, case((func.length(latest.c.latest) == 4, "-12-31"), else_="-31"))
            < limit.isoformat(),
            func.coalesce(Unit.founded_on, Unit.duties_since, type_=Date) <= limit,
        )
    )


def _last(given: Condition, on: date) -> Select[Any]:
    """The lowest rate of last year's sheet among the units under the same superior, where enough were assessed."""
    year = on.year - 1
    rate = cast(func.sum(Score.points) * 100 / func.sum(Line.full_marks), Numeric(7, 1))
    rated = (
        select(Unit.tenant_id, Unit.id, Unit.parent_id, rate.label("rate"))
        .join(Score, and_(Score.tenant_id == Unit.tenant_id, Score.unit_id == Unit.id))
        .join(Line, and_(Line.tenant_id == Score.tenant_id, Line.id == Score.line_id))
        .join(Scheme, and_(Scheme.tenant_id == Line.tenant_id, Scheme.id == Line.scheme_id))
        .where(
            *_units(given),
            Score.year == year,
            Score.round_id.is_(None),
            Score.points.is_not(None),
            Scheme.enabled,
            applies(Scheme, Unit),
        )
        .group_by(Unit.tenant_id, Unit.id, Unit.parent_id)
        .subquery()
    )
    beside = (rated.c.tenant_id, rated.c.parent_id)
    placed = select(
        rated.c.tenant_id,
        rated.c.id,
        rated.c.rate,
        func.min(rated.c.rate).over(partition_by=beside).label("lowest"),
        func.max(rated.c.rate).over(partition_by=beside).label("highest"),
        func.count().over(partition_by=beside).label("of"),
    ).subquery()
    return (
        select(
            *_row(
                given,
                "year",
                literal(year, Integer),
                "rate",
                cast(placed.c.rate, Text),
                "of",
                placed.c.of,
            )
        )
        .join(placed, and_(placed.c.tenant_id == Unit.tenant_id, placed.c.id == Unit.id))
        .where(
            placed.c.of >= given.least,
            placed.c.rate == placed.c.lowest,
            placed.c.lowest < placed.c.highest,
        )
    )


READERS: dict[str, Callable[[Condition, date], Select[Any]]] = {
    "vacant": _vacant,
    "not_held": _not_held,
    "undeveloped": _undeveloped,
    "last": _last,
}


@dataclass(frozen=True, slots=True)
class Met:
    """One condition that the ledger says a unit meets."""

    key: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    unit_id: int
    name: str
    path: str
    met: list[Met]


def _met(on: date, key: str | None = None) -> Any:
    return union_all(
        *(
            READERS[given.ledger](given, on)
            for given in conditions(on)
            if given.ledger and key in (None, given.key)
        )
    ).subquery()


def candidates(
    actor: Actor, *, unit_path: str = "", key: str | None = None, after: str | None = None, limit: int = PAGE
) -> tuple[list[Candidate], str | None]:
    """Units in reach that meet a condition and are not on the list, in the order of the tree; and where to go on.

    `key` narrows to one condition, `after` is the path of the last one before this page. One query.
    """
    met = _met(today(), key)
    statement = (
        select(
            Unit.id,
            Unit.name,
            Unit.path,
            func.jsonb_agg(func.jsonb_build_array(met.c.key, met.c.facts), type_=JSONB),
        )
        .join(met, met.c.unit_id == Unit.id)
        .where(
            reach_filter(actor, Permission.FINDING_VIEW, Unit.path),
            func.starts_with(Unit.path, unit_path),
            ~exists(
                select(1).where(
                    WatchEntry.tenant_id == Unit.tenant_id,
                    WatchEntry.unit_id == Unit.id,
                    WatchEntry.state.in_(ON_THE_LIST),
                )
            ),
        )
        .group_by(Unit.tenant_id, Unit.id, Unit.name, Unit.path)
        .order_by(Unit.path)
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(Unit.path > after)
    rows = [
        Candidate(row[0], row[1], row[2], sorted((Met(*one) for one in row[3]), key=lambda one: one.key))
        for row in db.session.execute(statement)
    ]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, rows[-1].path if more else None


def met_by(unit_id: int) -> dict[str, dict[str, Any]]:
    """Condition → facts, as the ledger stands now, of one unit. One query."""
    met = _met(today())
    return {
        row.key: row.facts
        for row in db.session.execute(select(met.c.key, met.c.facts).where(met.c.unit_id == unit_id))
    }
