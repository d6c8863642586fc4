"""The only way to hold an object: by its key, for a purpose.

A neighbour's object is not there (404: the database shows no row). A colleague's object outside the actor's reach is
refused (403). What unit an object belongs to is read from its table: `path` (a unit), `unit_id`, `from_unit_id` and
`to_unit_id`, `person_id`.
"""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, func, or_, select, true

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import Base, TenantOwned, db
from shared.errors import Forbidden, NotFound
from shared.i18n import _

T = TypeVar("T", bound=TenantOwned)


def reach_filter(actor: Actor, permission: Permission, path: Any) -> ColumnElement[bool]:
    """The condition that keeps a query inside the actor's reach; `path` is the unit's path column."""
    conditions: list[ColumnElement[bool]] = []
    for reached in actor.reaches(permission):
        if reached.path is None:
            return true()
        conditions.append(func.starts_with(path, reached.path) if reached.below else path == reached.path)
    return or_(*conditions) if conditions else false()


def _table(name: str) -> FromClause:
    return Base.metadata.tables[name]


def _within(model: type[TenantOwned], actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Whether the object at hand lies in the actor's reach, as a column of the one query that fetches it."""
    if any(reached.path is None for reached in actor.reaches(permission)):
        return true()
    table = model.__table__  # type: ignore[attr-defined]
    columns = table.c
    if "path" in columns:
        return reach_filter(actor, permission, columns.path)
    unit = _table("unit")
    inside: ColumnElement[bool]
    # A transfer belongs to the unit it comes from and to the one it goes to.
    units = [columns[name] for name in ("unit_id", "from_unit_id", "to_unit_id") if name in columns]
    if units:
        inside = exists(
            select(1).where(
                unit.c.tenant_id == columns.tenant_id,
                or_(*(unit.c.id == held for held in units)),
                reach_filter(actor, permission, unit.c.path),
            )
        )
    elif table.name == "person" or "person_id" in columns:
        membership = _table("membership")
        person_id = columns.id if table.name == "person" else columns.person_id
        inside = exists(
            select(1).where(
                membership.c.tenant_id == columns.tenant_id,
                membership.c.person_id == person_id,
                membership.c.until.is_(None),
                unit.c.tenant_id == membership.c.tenant_id,
                unit.c.id == membership.c.unit_id,
                reach_filter(actor, permission, unit.c.path),
            )
        )
    else:
        inside = false()
    own = next((columns[name] for name in ("requested_by", "created_by") if name in columns), None)
    if own is not None and actor.person_id is not None and actor.may(permission):
        # What I started myself is mine to see, if I have the right at all. What stands at a unit is the unit's:
        # whoever entered it there may keep another one by now.
        of_no_unit = () if own.name == "requested_by" else tuple(held.is_(None) for held in units)
        return or_(inside, and_(own == actor.person_id, *of_no_unit))
    return inside


def fetch(model: type[T], key: int, *, actor: Actor, may: Permission, lock: bool = False) -> T:
    """The object, or NotFound (no such row in this tenant), or Forbidden (not in the actor's reach).

    `lock` holds the row until the transaction ends: two people at once come one after the other.
    """
    statement = select(model, _within(model, actor, may)).where(model.id == key)
    if lock:
        statement = statement.with_for_update(of=model.__table__).execution_options(  # type: ignore[attr-defined]
            populate_existing=True
        )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    found, inside = row
    if not inside:
        raise Forbidden(_("This belongs to a unit outside your duties."))
    return found


def fetch_own(model: type[T], key: int, *, actor: Actor) -> T:
    """An object that belongs to the acting person, by its person_id."""
    found = db.session.execute(select(model).where(model.id == key)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if actor.person_id is None or getattr(found, "person_id", None) != actor.person_id:
        raise Forbidden(_("This belongs to somebody else."))
    return found
