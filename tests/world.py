"""One world for all tests: two tenants, the same cast in each; whoever is next door is the stranger.

In each tenant: a root; below it a general branch (or federation) with one branch, and beside it another branch.
The secretary and the member belong to the first branch, the colleague to the other; the officer and the leader
have the general branch, so the other branch lies outside their reach.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from shared.accounts.models import Login, RoleGrant, Seat
from shared.clock import now
from shared.db import Base, db, transaction
from shared.jobs import Job
from shared.members.models import Membership, Person, Post
from shared.organisations.models import Unit
from shared.sealing import new_wrapped_key
from shared.settings import settings
from shared.tenancy import as_login, platform, tenant
from shared.tenants.models import Tenant

_serial = itertools.count(1)
#: Argon2id of "a good long password" with small parameters: signing in is not what most tests are about.
PASSWORD = "a good long password"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$amljZW5nLXRlc3Rz$XhC2C6NS3MYG/qzeCvqyyRidB+QTPx++xqZFIL/n0fQ"

ROLES = ("admin", "officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member")


@dataclass(frozen=True)
class Cast:
    """One member of the cast with everything that signs them in."""

    role: str
    tenant_id: int | None
    login_id: int
    identifier: str
    person_id: int | None = None
    seat_id: int | None = None

    def session(self) -> dict[str, Any]:
        return {
            "login_id": self.login_id,
            "epoch": 1,
            "tenant_id": self.tenant_id,
            "session_id": f"s{self.login_id}",
            "fresh_at": now().timestamp(),
            "locale": "zh_Hans",
        }


@dataclass
class Side:
    """One tenant with its units and cast."""

    tenant_id: int
    kind: str
    root: int
    middle: int
    branch: int
    other_branch: int
    cast: dict[str, Cast] = field(default_factory=dict)
    #: The secretary of the other branch.
    colleague: Cast | None = None

    def __getitem__(self, role: str) -> Cast:
        return self.cast[role]


@dataclass
class World:
    organ: Side
    union: Side
    operator: Cast


def _logins(names: list[str], *, operator: bool = False) -> dict[str, tuple[int, str]]:
    """One login a name, all in one transaction, each written while its own identifier is the one signing in."""
    made = {}
    with as_login(), transaction():
        for name in names:
            identifier = f"{name}-{next(_serial)}@example.test"
            db.session.execute(select(func.set_config("app.identifier", identifier, True)))
            row = db.session.execute(
                insert(Login)
                .values(identifier=identifier, password_hash=PASSWORD_HASH, operator=operator)
                .returning(Login.id)
            ).scalar_one()
            made[name] = (row, identifier)
    return made


def _unit(parent: Unit | None, *, kind: str, line: str, name: str) -> Unit:
    unit = Unit(
        parent_id=parent.id if parent else None,
        path="",
        kind=kind,
        line=line,
        name=name,
        duties_since=date(2026, 1, 1),
        founded_on=date(2010, 1, 1),
        term_ends_on=date(2028, 1, 1),
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = (parent.path if parent else "") + f"{unit.id:010d}."
    db.session.flush()
    return unit


def _side(kind: str) -> Side:
    number = next(_serial)
    with platform(), transaction():
        row = Tenant(kind=kind, name=f"{kind} {number}", wrapped_key=new_wrapped_key(settings().instance_key))
        db.session.add(row)
        db.session.flush()
        tenant_id = row.id
    line = "party" if kind == "bureau" else "union"
    kinds = (
        ("organ_committee", "general_branch", "party_branch")
        if kind == "bureau"
        else ("union_federation", "joint_union_federation", "primary_union_committee")
    )
    names = {role: f"{role} of {kind} {number}" for role in (*ROLES, "colleague")}
    logins = _logins([*ROLES, "colleague"])
    with tenant(tenant_id), transaction():
        root = _unit(None, kind=kinds[0], line=line, name=f"root {number}")
        middle = _unit(root, kind=kinds[1], line=line, name=f"middle {number}")
        branch = _unit(middle, kind=kinds[2], line=line, name=f"branch {number}")
        other = _unit(root, kind=kinds[2], line=line, name=f"other branch {number}")
        side = Side(tenant_id, kind, root.id, middle.id, branch.id, other.id)
        homes = {role: other if role == "colleague" else branch for role in logins}
        people = {
            role: Person(
                name=names[role], name_key=names[role].lower(), email=f"p{next(_serial)}@example.test"
            )
            for role in logins
        }
        db.session.add_all(people.values())
        db.session.flush()
        seats = {role: Seat(login_id=logins[role][0], person_id=people[role].id) for role in logins}
        db.session.add_all(seats.values())
        db.session.add_all(_ties(line, homes, people, middle))
        db.session.flush()
        for role, (login_id, identifier) in logins.items():
            granted = "secretary" if role == "colleague" else role
            cast = Cast(granted, tenant_id, login_id, identifier, people[role].id, seats[role].id)
            if role == "colleague":
                side.colleague = cast
            else:
                side.cast[role] = cast
    return side


def _ties(line: str, homes: dict[str, Unit], people: dict[str, Person], middle: Unit) -> Iterator[Base]:
    """Membership of everybody, the grant of each role, the post of the secretaries."""
    at = {"admin": None, "auditor": None, "officer": middle, "leader": middle}
    for role, person in people.items():
        home = homes[role]
        yield Membership(
            person_id=person.id,
            unit_id=home.id,
            kind=line,
            status="full" if line == "party" else "member",
            since=date(2020, 1, 1),
        )
        granted = "secretary" if role == "colleague" else role
        unit = at.get(role, home)
        if granted != "member":
            yield RoleGrant(
                person_id=person.id, role=granted, unit_id=unit.id if unit else None, since=date(2026, 1, 1)
            )
        if granted == "secretary":
            code = "secretary" if line == "party" else "union_chair"
            yield Post(person_id=person.id, unit_id=home.id, code=code, since=date(2025, 1, 1))


def build(app: Flask) -> World:
    """Fresh tenants, people and logins, written through the models as the unprivileged role."""
    with app.app_context():
        operator_id, identifier = _logins(["operator"], operator=True)["operator"]
        world = World(_side("bureau"), _side("union"), Cast("operator", None, operator_id, identifier))
        db.session.remove()
    return world


def waiting_jobs(app: Flask, tenant_id: int) -> list[int]:
    """The jobs of a tenant that wait, oldest first."""
    with app.app_context(), tenant(tenant_id):
        found = list(db.session.scalars(select(Job.id).where(Job.state == "queued").order_by(Job.id)))
        db.session.remove()
    return found
