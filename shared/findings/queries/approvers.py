"""Who may agree to a closing, and who of them is nearest."""

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

#: Closing needs so many who agree.
NEEDED = 2


def _able(path: str) -> list[tuple[int, str, str]]:
    """(person, name, path of the unit by which they may), the nearest first. One query."""
    roles = {
        role: spec.reach for role, spec in ROLES.items() if Permission.FINDING_APPROVE in spec.permissions
    }
    rows: Any = db.session.execute(
        select(Person.id, Person.name, RoleGrant.role, Unit.path)
        .join(RoleGrant, and_(RoleGrant.tenant_id == Person.tenant_id, RoleGrant.person_id == Person.id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
        )
        .join(Unit, and_(Unit.tenant_id == RoleGrant.tenant_id, Unit.id == RoleGrant.unit_id), isouter=True)
        .where(RoleGrant.role.in_(roles), in_force(today()), Person.state == "active")
        .order_by(Person.name_key, Person.id)
    )
    found = [
        (person_id, name, held or "")
        for person_id, name, role, held in rows
        if held is None or path == held or (path.startswith(held) and roles[role] is not Reach.UNIT)
    ]
    return sorted(found, key=lambda one: -len(one[2]))


def approvers(path: str) -> dict[int, str]:
    """Who may agree to a closing at the unit of this path today, by name: with a seat and the right."""
    return {person_id: name for person_id, name, _held in _able(path)}


def nearest(path: str, *, without: int | None) -> set[int]:
    """Those who may agree at the unit itself or the nearest one above, going up until there are enough."""
    found: set[int] = set()
    level = None
    for person_id, _name, held in _able(path):
        if held != level and len(found) >= NEEDED:
            break
        level = held
        if person_id != without:
            found.add(person_id)
    return found
