"""The tree as it stands: what is in reach, one level at a time; numbers summed up it."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
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
from shared.organisations.models import Unit

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


def tree(
    actor: Actor, *, limit: int | None = None, under: Unit | None = None, deepest: int | None = None
) -> list[Node]:
    """Every active unit in reach in the order of the tree, for choices and pictures; `under` one unit, `deepest`
    levels from the highest that is shown. One query.
    """
    conditions = [in_reach(actor, Permission.UNIT_VIEW)]
    if under is not None:
        conditions.append(func.starts_with(Unit.path, under.path))
    if deepest is not None:
        tops: list[str | None] = (
            [under.path] if under else [at.path for at in actor.reaches(Permission.UNIT_VIEW)]
        )
        highest = min((STEP if top is None else len(top) for top in tops), default=STEP)
        conditions.append(func.length(Unit.path) <= highest + (deepest - 1) * STEP)
    return _nodes(*conditions, limit=limit)


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


def choices(
    actor: Actor,
    permission: Permission,
    *,
    limit: int = 3000,
    line: str | None = None,
    kinds: list[str] | None = None,
    but: str | None = None,
) -> list[tuple[int, str, int]]:
    """(id, name, depth) of the active units in which the actor has the right, in the order of the tree.

    Only those of one line, of some kinds, outside the unit at `but` and all below it.
    """
    conditions = [Unit.state == "active", in_reach(actor, permission)]
    if line is not None:
        conditions.append(Unit.line == line)
    if kinds is not None:
        conditions.append(Unit.kind.in_(kinds))
    if but is not None:
        conditions.append(~func.starts_with(Unit.path, but))
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path).where(*conditions).order_by(Unit.path).limit(limit)
    ).all()
    top = min((len(row.path) for row in rows), default=0)
    return [(row.id, row.name, (len(row.path) - top) // STEP) for row in rows]


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
