"""The tree as it stood on a day, from the versions of its units; the levels of a tree, past or present."""

from datetime import date

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.organisations.models import Unit, UnitVersion
from shared.organisations.queries.tree import STEP, Node, in_reach


def in_force(day: date, version: type[UnitVersion] = UnitVersion) -> ColumnElement[bool]:
    """The versions of a day: its first day counts, the day on which it ended does not."""
    return (version.since <= day) & or_(version.until.is_(None), version.until > day)


def _step(key: ColumnElement[int]) -> ColumnElement[str]:
    return func.lpad(cast(key, Text), STEP - 1, "0", type_=Text) + literal(".")


def _stood(actor: Actor, day: date, under: int | None) -> Select[int, int | None, str, str, str]:
    """The units of a day with their path of that day; what no unit of that day stands above is a top.

    The reach is the present one: who answers for a unit today reads its past, wherever it stood then.
    """
    everything = any(place.path is None for place in actor.reaches(Permission.UNIT_VIEW))
    rows = select(UnitVersion.unit_id, UnitVersion.parent_id, UnitVersion.name, UnitVersion.kind).where(
        in_force(day)
    )
    if not everything:
        rows = rows.join(
            Unit, (Unit.tenant_id == UnitVersion.tenant_id) & (Unit.id == UnitVersion.unit_id)
        ).where(in_reach(actor, Permission.UNIT_VIEW))
    stood = rows.cte("stood")
    above = stood.alias("above")
    first = stood.c.unit_id == under
    if under is None:
        first = ~select(1).where(above.c.unit_id == stood.c.parent_id).exists()
    branch = (
        select(
            stood.c.unit_id,
            stood.c.parent_id,
            stood.c.name,
            stood.c.kind,
            _step(stood.c.unit_id).collate("C").label("path"),
        )
        .where(first)
        .cte("branch", recursive=True)
    )
    branch = branch.union_all(
        select(
            stood.c.unit_id,
            stood.c.parent_id,
            stood.c.name,
            stood.c.kind,
            (branch.c.path + _step(stood.c.unit_id)).collate("C"),
        ).join(branch, stood.c.parent_id == branch.c.unit_id)
    )
    return select(branch.c.unit_id, branch.c.parent_id, branch.c.path, branch.c.name, branch.c.kind)


def tree_on(actor: Actor, day: date, *, under: int | None = None, deepest: int | None = None) -> list[Node]:
    """The tree as it stood at the end of a day, in its order; `under` one unit, `deepest` levels of it. One query.

    A unit that was dissolved later is there, with the name, kind and superior of that day.
    """
    stood = _stood(actor, day, under).subquery()
    rows = select(stood).order_by(stood.c.path)
    if deepest is not None:
        rows = rows.where(func.length(stood.c.path) <= deepest * STEP)
    # Taken apart by place: fifty thousand rows by name cost as much as the query itself.
    found = db.session.execute(rows).all()
    parents = {parent_id for _key, parent_id, _path, _name, _kind in found}
    return [
        Node(key, parent_id, path, name, kind, key in parents) for key, parent_id, path, name, kind in found
    ]


def _levels(rows: Select[str]) -> dict[int, int]:
    found = rows.subquery()
    depth = (func.length(found.c.path) / STEP).label("depth")
    return {
        int(level): int(number)
        for level, number in db.session.execute(select(depth, func.count()).group_by(depth).order_by(depth))
    }


def levels(actor: Actor, *, day: date | None = None, under: Unit | None = None) -> dict[int, int]:
    """How many units stand on each level (1: the tops), now or on a day, below one unit or in the whole reach."""
    if day is not None:
        stood = _stood(actor, day, under.id if under else None).subquery()
        return _levels(select(stood.c.path))
    rows = select(Unit.path).where(Unit.state == "active", in_reach(actor, Permission.UNIT_VIEW))
    if under is not None:
        rows = rows.where(func.starts_with(Unit.path, under.path))
    counted = _levels(rows)
    least = min(counted, default=1)
    return {level - least + 1: number for level, number in counted.items()}


def stood_as(unit_id: int, day: date) -> tuple[str, str, str | None] | None:
    """Name, kind and superior's name of a unit on a day; None: it did not stand."""
    above = aliased(UnitVersion)
    row = db.session.execute(
        select(UnitVersion.name, UnitVersion.kind, above.name)
        .outerjoin(above, (above.unit_id == UnitVersion.parent_id) & in_force(day, above))
        .where(UnitVersion.unit_id == unit_id, in_force(day))
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])
