"""One world for all tests: two tenants, the same cast in each; whoever is next door is the stranger.

In each tenant: a root; below it a general branch (or federation) with one branch, and beside it another branch.
The secretary and the member belong to the first branch, the colleague to the other; the officer and the leader
have the general branch, so the other branch lies outside their reach.
"""

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from shared.accounts.models import Login, RoleGrant, Seat
from shared.clock import now
from shared.db import db, transaction
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


def _login(name: str, *, operator: bool = False) -> tuple[int, str]:
    identifier = f"{name}-{next(_serial)}@example.test"
    with as_login(identifier=identifier), transaction():
        login = Login(identifier=identifier, password_hash=PASSWORD_HASH, operator=operator)
        db.session.add(login)
        db.session.flush()
        return login.id, identifier


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


def _person(name: str, unit: Unit, line: str) -> Person:
    person = Person(name=name, name_key=name.lower(), email=f"p{next(_serial)}@example.test")
    db.session.add(person)
    db.session.flush()
    db.session.add(
        Membership(
            person_id=person.id,
            unit_id=unit.id,
            kind=line,
            status="full" if line == "party" else "member",
            since=date(2020, 1, 1),
        )
    )
    return person


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
    logins = {role: _login(role) for role in (*ROLES, "colleague")}
    with tenant(tenant_id), transaction():
        root = _unit(None, kind=kinds[0], line=line, name=f"root {number}")
        middle = _unit(root, kind=kinds[1], line=line, name=f"middle {number}")
        branch = _unit(middle, kind=kinds[2], line=line, name=f"branch {number}")
        other = _unit(root, kind=kinds[2], line=line, name=f"other branch {number}")
        side = Side(tenant_id, kind, root.id, middle.id, branch.id, other.id)
        at = {"admin": None, "auditor": None, "officer": middle, "leader": middle}
        for role, (login_id, identifier) in logins.items():
            home = other if role == "colleague" else branch
            person = _person(names[role], home, line)
            seat = Seat(login_id=login_id, person_id=person.id)
            db.session.add(seat)
            unit = at.get(role, home)
            granted = "secretary" if role == "colleague" else role
            if role != "member":
                db.session.add(
                    RoleGrant(
                        person_id=person.id,
                        role=granted,
                        unit_id=unit.id if unit else None,
                        since=date(2026, 1, 1),
                    )
                )
            if granted == "secretary":
                db.session.add(
                    Post(
                        person_id=person.id,
                        unit_id=home.id,
                        code="secretary" if kind == "bureau" else "union_chair",
                        since=date(2025, 1, 1),
                    )
                )
            db.session.flush()
            cast = Cast(granted, tenant_id, login_id, identifier, person.id, seat.id)
            if role == "colleague":
                side.colleague = cast
            else:
                side.cast[role] = cast
    return side


def build(app: Flask) -> World:
    """Fresh tenants, people and logins, written through the models as the unprivileged role."""
    with app.app_context():
        operator_id, identifier = _login("operator", operator=True)
        world = World(_side("bureau"), _side("union"), Cast("operator", None, operator_id, identifier))
        db.session.remove()
    return world


def waiting_jobs(app: Flask, tenant_id: int) -> list[int]:
    """The jobs of a tenant that wait, oldest first."""
    with app.app_context(), tenant(tenant_id):
        found = list(db.session.scalars(select(Job.id).where(Job.state == "queued").order_by(Job.id)))
        db.session.remove()
    return found
