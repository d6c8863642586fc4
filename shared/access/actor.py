"""Who acts: a login in its seat with the grants of today, read afresh at each request."""

from dataclasses import dataclass

from shared.access.permissions import Permission, Reach
from shared.access.roles import OPERATOR, ROLES


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in force today. `unit_path` is None for the whole tenant."""

    role: str
    unit_id: int | None = None
    unit_path: str | None = None
    unit_name: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The first argument of every action. `person_id` is None for the schedule and the operator."""

    name: str
    tenant_id: int | None = None
    tenant_name: str = ""
    tenant_kind: str = ""
    login_id: int | None = None
    seat_id: int | None = None
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    operator: bool = False
    #: Names the signed session in the audit trail; '' outside a request.
    session_id: str = ""
    locale: str = "zh_Hans"

    def may(self, permission: Permission) -> bool:
        """Has the right anywhere at all."""
        if self.operator and permission in OPERATOR:
            return True
        return any(permission in ROLES[grant.role].permissions for grant in self.grants)

    def reaches(self, permission: Permission) -> "tuple[ReachedPath, ...]":
        """The parts of the tree in which the right holds; one with path None is the whole tenant."""
        found = []
        for grant in self.grants:
            spec = ROLES[grant.role]
            if permission not in spec.permissions or spec.reach is Reach.SELF:
                continue
            if spec.reach is Reach.TENANT or grant.unit_path is None:
                # A role that needs a unit reaches nothing without one.
                if spec.reach is Reach.TENANT or (grant.unit_id is None and spec.reach is Reach.BELOW):
                    found.append(ReachedPath(None, below=True))
                continue
            found.append(ReachedPath(grant.unit_path, below=spec.reach is Reach.BELOW))
        return tuple(found)

    def can(self, permission: Permission, path: str | None = None) -> bool:
        """Has the right for the unit at `path` (None: for something that belongs to the tenant as a whole)."""
        for reached in self.reaches(permission):
            if reached.path is None or (path is not None and reached.holds(path)):
                return True
        return False


@dataclass(frozen=True, slots=True)
class ReachedPath:
    path: str | None
    below: bool

    def holds(self, path: str) -> bool:
        return self.path is None or path == self.path or (self.below and path.startswith(self.path))


#: The schedule and the platform's own work.
SYSTEM = Actor(name="system")
