"""The units a list may be narrowed to."""

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.organisations.models import Unit

MOST = 300


def scope_units(actor: Actor, may: Permission) -> list[tuple[int, str, int]]:
    """Units in reach that have units below, in the order of the tree: (id, name, depth). One query."""
    child = aliased(Unit)
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(
            Unit.state == "active",
            reach_filter(actor, may, Unit.path),
            exists(select(1).where(and_(child.tenant_id == Unit.tenant_id, child.parent_id == Unit.id))),
        )
        .order_by(Unit.path)
        .limit(MOST)
    )
    return [(row[0], row[1], row[2].count(".")) for row in rows]


#: Units that a form offers to choose from.
OFFERED = 1000


def offered_units(actor: Actor, may: Permission) -> list[tuple[int, str]]:
    """Every active unit in reach, in the order of the tree: (id, name, indented by its depth). One query."""
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(Unit.state == "active", reach_filter(actor, may, Unit.path))
        .order_by(Unit.path)
        .limit(OFFERED)
    ).all()
    first = rows[0].path.count(".") if rows else 0
    return [(row.id, "　" * (row.path.count(".") - first) + row.name) for row in rows]


def own_unit(actor: Actor, may: Permission) -> int | None:
    """The one unit that somebody without units below is about; None for everybody else."""
    reached = actor.reaches(may)
    if len(reached) != 1 or reached[0].path is None or reached[0].below:
        return None
    return int(reached[0].path.rstrip(".").rsplit(".", 1)[-1])


def top_unit(actor: Actor, may: Permission) -> int | None:
    """The first unit in reach in the order of the tree. One query."""
    return db.session.scalar(
        select(Unit.id)
        .where(Unit.state == "active", reach_filter(actor, may, Unit.path))
        .order_by(Unit.path)
        .limit(1)
    )
