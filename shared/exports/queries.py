"""Who asked for a list, and who may have the file that was made of it."""

from sqlalchemy import and_, select

from shared.access.actor import Actor, Grant
from shared.access.permissions import Permission
from shared.accounts.models import RoleGrant, Seat
from shared.accounts.queries import in_force
from shared.clock import today
from shared.db import db
from shared.exports.jobs import WRITE
from shared.exports.lists import LISTS
from shared.files import File
from shared.jobs import Job
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.tenants.queries import open_tenant


def asker(person_id: int, *, locale: str) -> Actor | None:
    """A person as they may act today, for work that is done without them; None where they have no seat any more."""
    rows = db.session.execute(
        select(Person.name, Seat.id, RoleGrant.role, RoleGrant.unit_id, Unit.path, Unit.name)
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
        )
        .join(
            RoleGrant,
            and_(
                RoleGrant.tenant_id == Person.tenant_id, RoleGrant.person_id == Person.id, in_force(today())
            ),
        )
        .join(Unit, and_(Unit.tenant_id == RoleGrant.tenant_id, Unit.id == RoleGrant.unit_id), isouter=True)
        .where(Person.id == person_id, Person.state == "active")
    ).all()
    if not rows:
        return None
    here = open_tenant()
    return Actor(
        name=rows[0][0],
        tenant_id=here.id,
        tenant_name=here.name,
        tenant_kind=here.kind,
        seat_id=rows[0][1],
        person_id=person_id,
        grants=tuple(Grant(*row[2:]) for row in rows),
        locale=locale,
    )


#: A part of the tree by its top: (unit or None for the whole tenant, whether all below belongs to it).
Part = tuple[int | None, bool]


def reach_of(actor: Actor, permission: Permission) -> list[Part]:
    """The parts of the tree out of which a list of the actor's is made."""
    return sorted(
        {
            (int(reached.path.rstrip(".").rpartition(".")[2]) if reached.path else None, reached.below)
            for reached in actor.reaches(permission)
        },
        key=lambda part: (part[0] or 0, part[1]),
    )


def may_have(actor: Actor, file: File) -> bool:
    """Whether the actor reaches today all that the file was made from: rights may have ended since."""
    job = db.session.execute(
        select(Job.args, Job.result).where(
            Job.requested_by == file.created_by, Job.kind == WRITE.name, Job.file_id == file.id
        )
    ).one_or_none()
    listed = LISTS.get(str(job.args["list"])) if job is not None else None
    if job is None or listed is None or not actor.may(listed.permission):
        return False
    parts = [(part[0], bool(part[1])) for part in job.result.get("reach", ())]
    tops = [unit_id for unit_id, _below in parts if unit_id is not None]
    paths: dict[int, str] = {
        row.id: row.path for row in db.session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(tops)))
    }
    return bool(parts) and all(
        _covers(actor, listed.permission, None if unit_id is None else paths.get(unit_id), below=below)
        for unit_id, below in parts
    )


def _covers(actor: Actor, permission: Permission, path: str | None, *, below: bool) -> bool:
    return any(
        reached.path is None or (path is not None and reached.holds(path) and (reached.below or not below))
        for reached in actor.reaches(permission)
    )
