"""Reads of the tree: what is in reach, one level at a time, and one unit with all above it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.hanzi import fold
from shared.organisations.models import Unit, UnitChange, UnitTerm

#: Length of one step of a path: ten digits and a dot.
STEP = 11


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as the tree shows it; `more` says whether anything stands below it."""

    id: int
    parent_id: int | None
    path: str
    name: str
    kind: str
    more: bool

    @property
    def depth(self) -> int:
        return len(self.path) // STEP


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit with what stands above and below it. `above` is from the top of the tree down."""

    unit: Unit
    above: list[tuple[int, str]]
    children: int
    below: int
    dissolved_below: int


def ids_of(path: str) -> list[int]:
    """The units of a path, from the top down; the last is the unit itself."""
    return [int(step) for step in path.split(".") if step]


def in_reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Keeps a query on Unit inside the actor's reach."""
    return reach_filter(actor, permission, Unit.path)


def units_below(path: str) -> Select[int]:
    """The ids of the active units at `path` and below it."""
    return select(Unit.id).where(Unit.state == "active", func.starts_with(Unit.path, path))


def _nodes(*conditions: ColumnElement[bool], limit: int | None = None) -> list[Node]:
    child = aliased(Unit)
    rows = db.session.execute(
        select(
            Unit.id,
            Unit.parent_id,
            Unit.path,
            Unit.name,
            Unit.kind,
            exists(
                select(1).where(
                    child.tenant_id == Unit.tenant_id, child.parent_id == Unit.id, child.state == "active"
                )
            ),
        )
        .where(Unit.state == "active", *conditions)
        .order_by(Unit.path)
        .limit(limit)
    )
    return [Node(*row) for row in rows]


def tree(actor: Actor, *, limit: int | None = None) -> list[Node]:
    """Every active unit in reach in the order of the tree; for choices and small trees. One query."""
    return _nodes(in_reach(actor, Permission.UNIT_VIEW), limit=limit)


def open_tree(actor: Actor, path: str | None) -> list[Node]:
    """The tree unfolded along `path`: the tops of the actor's reach and the children of every unit of the path.

    One query, and as many rows as are shown: a city's 30,000 units are never all read.
    """
    reached = actor.reaches(Permission.UNIT_VIEW)
    tops: list[ColumnElement[bool]] = []
    for place in reached:
        tops.append(Unit.parent_id.is_(None) if place.path is None else Unit.path == place.path)
    unfolded = ids_of(path) if path else []
    shown = or_(*tops, Unit.parent_id.in_(unfolded)) if tops else false()
    return _nodes(in_reach(actor, Permission.UNIT_VIEW), shown)


def children(actor: Actor, unit_id: int) -> list[Node]:
    """The active units directly below one, in reach."""
    return _nodes(in_reach(actor, Permission.UNIT_VIEW), Unit.parent_id == unit_id)


def first_in_reach(actor: Actor) -> Unit | None:
    """The unit to begin with: the actor's own, or the top of the tree."""
    found: Unit | None = db.session.execute(
        select(Unit)
        .where(Unit.state == "active", in_reach(actor, Permission.UNIT_VIEW))
        .order_by(Unit.path)
        .limit(1)
    ).scalar_one_or_none()
    return found


def unit_card(unit: Unit) -> UnitCard:
    """All that stands above and below a unit, in two queries."""
    steps = ids_of(unit.path)[:-1]
    names: dict[int, str] = {}
    if steps:
        found = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(steps)))
        names = {unit_id: name for unit_id, name in found}  # noqa: C416 - dict() takes a result for a mapping
    counted = db.session.execute(
        select(
            func.count().filter(Unit.parent_id == unit.id, Unit.state == "active"),
            func.count().filter(Unit.id != unit.id, Unit.state == "active"),
            func.count().filter(Unit.id != unit.id, Unit.state == "dissolved"),
        ).where(func.starts_with(Unit.path, unit.path))
    ).one()
    return UnitCard(unit, [(step, names.get(step, "")) for step in steps], *counted)


def superior(unit: Unit) -> Unit | None:
    """The unit directly above."""
    found: Unit | None = db.session.execute(
        select(Unit).where(Unit.id == unit.parent_id)
    ).scalar_one_or_none()
    return found


def history(unit_id: int, *, limit: int = 20) -> list[UnitChange]:
    """What became of a unit, newest first."""
    return list(
        db.session.scalars(
            select(UnitChange)
            .where(UnitChange.unit_id == unit_id)
            .order_by(UnitChange.on_date.desc(), UnitChange.id.desc())
            .limit(limit)
        )
    )


def choices(actor: Actor, permission: Permission, *, limit: int = 3000) -> list[tuple[int, str, int]]:
    """(id, name, depth) of the active units in which the actor has the right, in the order of the tree."""
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(Unit.state == "active", in_reach(actor, permission))
        .order_by(Unit.path)
        .limit(limit)
    ).all()
    top = min((len(row.path) for row in rows), default=0)
    return [(row.id, row.name, (len(row.path) - top) // STEP) for row in rows]


def ending_terms(actor: Actor, *, until: date, limit: int = 5) -> list[tuple[int, str, date | None]]:
    """Units in reach whose term ended or ends by `until`, the earliest first."""
    return list(
        db.session.execute(
            select(Unit.id, Unit.name, Unit.term_ends_on)
            .where(
                Unit.state == "active",
                Unit.term_ends_on <= until,
                in_reach(actor, Permission.UNIT_VIEW),
            )
            .order_by(Unit.term_ends_on, Unit.id)
            .limit(limit)
        )
    )


def find(
    actor: Actor, words: str, *, limit: int = 20, permission: Permission = Permission.UNIT_VIEW
) -> list[tuple[int, str, str, str]]:
    """Units in reach one of whose terms begins with what was typed: (id, name, kind, path)."""
    typed = fold(words)
    if not typed:
        return []
    matching = select(UnitTerm.unit_id).where(func.starts_with(UnitTerm.term, typed)).distinct().subquery()
    return list(
        db.session.execute(
            select(Unit.id, Unit.name, Unit.kind, Unit.path)
            .join(matching, matching.c.unit_id == Unit.id)
            .where(and_(Unit.state == "active", in_reach(actor, permission)))
            .order_by(func.length(Unit.name), Unit.path)
            .limit(limit)
        )
    )


def roll_up(own: Subquery, paths: list[str]) -> dict[str, int]:
    """Adds numbers by unit up the tree: path → the sum over the unit and all below it, for the paths asked for.

    `own` has the columns unit_id and n. One pass: each unit's number goes to every step of its own path.
    """
    if not paths:
        return {}
    asked = func.unnest(cast(paths, ARRAY(Text))).table_valued("path").render_derived()
    step = (
        func.generate_series(1, func.length(Unit.path, type_=Integer) // STEP)
        .table_valued("n")
        .render_derived()
    )
    rows = db.session.execute(
        select(asked.c.path, cast(func.sum(own.c.n), BigInteger))
        .select_from(own)
        .join(Unit, Unit.id == own.c.unit_id)
        .join(step, true())
        .join(asked, asked.c.path == func.substr(Unit.path, 1, cast(step.c.n, Integer) * STEP))
        .group_by(asked.c.path)
    )
    return {path: int(number) for path, number in rows}
