"""Who may review, countersign and sign today."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from shared.access.permissions import Permission, Reach
from shared.access.roles import ROLES
from shared.accounts.models import RoleGrant, Seat
from shared.accounts.queries import in_force
from shared.clock import today
from shared.db import db
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.organisations.queries.tree import STEP


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody with the right by a role at a unit; `path` is '' for the whole tenant."""

    person_id: int
    name: str
    unit_name: str
    path: str


def _able(permission: Permission, path: str | None) -> list[Able]:
    roles = {role: spec.reach for role, spec in ROLES.items() if permission in spec.permissions}
    rows: Any = db.session.execute(
        select(Person.id, Person.name, RoleGrant.role, Unit.path, Unit.name)
        .join(RoleGrant, and_(RoleGrant.tenant_id == Person.tenant_id, RoleGrant.person_id == Person.id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
        )
        .join(Unit, and_(Unit.tenant_id == RoleGrant.tenant_id, Unit.id == RoleGrant.unit_id), isouter=True)
        .where(RoleGrant.role.in_(roles), in_force(today()), Person.state == "active")
        .order_by(Person.name_key, Person.id)
    )
    return [
        Able(person_id, name, unit_name or "", held or "")
        for person_id, name, role, held, unit_name in rows
        if path is None
        or held is None
        or path == held
        or (path.startswith(held) and roles[role] is not Reach.UNIT)
    ]


def able(path: str | None, permission: Permission) -> dict[int, str]:
    """Name of each person with a seat who has the right at the unit of this path (None: anywhere), the nearest to it
    first. One query."""
    found = sorted(_able(permission, path), key=lambda one: -len(one.path))
    return {one.person_id: one.name for one in found}


def countersigners(path: str, *, but: Collection[int | None], most: int = 60) -> list[tuple[int, str]]:
    """(person, name with the unit) of those who may countersign, the nearest in the tree first. One query."""

    def apart(one: Able) -> int:
        shared = 0
        while shared < min(len(path), len(one.path)) and path[: shared + STEP] == one.path[: shared + STEP]:
            shared += STEP
        return len(path) + len(one.path) - 2 * shared

    found: dict[int, str] = {}
    for one in sorted(_able(Permission.DISPATCH_REVIEW, None), key=apart):
        if one.person_id not in but and one.person_id not in found:
            found[one.person_id] = f"{one.name}（{one.unit_name}）" if one.unit_name else one.name
        if len(found) == most:
            break
    return list(found.items())
