"""Reads of logins, seats and grants: who is signed in, and what they may do today."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from shared.access.actor import Actor, Grant
from shared.accounts.models import Login, RoleGrant, Seat
from shared.accounts.queries.roster import PERSON, UNIT
from shared.db import db
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class SeatChoice:
    """One of a login's own seats, as the switch shows it."""

    tenant_id: int
    seat_id: int
    tenant_name: str


def in_force(on: date) -> ColumnElement[bool]:
    """The condition that a grant holds on that day, both ends included."""
    return and_(
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
        RoleGrant.ended_at.is_(None),
    )


def seated_actor(*, login_id: int, epoch: int, session_id: str, on: date) -> Actor | None:
    """The signed-in login in the open tenant with its grants of today, by one query; None when the session is over.

    It is over when the epoch moved (sign-out everywhere, new password), the seat ended or the tenant is suspended.
    """
    rows = db.session.execute(
        select(
            Login.locale,
            Seat.id.label("seat_id"),
            Seat.person_id,
            PERSON.c.name,
            Tenant.id.label("tenant_id"),
            Tenant.name.label("tenant_name"),
            Tenant.kind.label("tenant_kind"),
            RoleGrant.role,
            RoleGrant.unit_id,
            UNIT.c.path,
            UNIT.c.name.label("unit_name"),
        )
        .join(Seat, and_(Seat.login_id == Login.id, Seat.state == "active"))
        .join(Tenant, and_(Tenant.id == Seat.tenant_id, Tenant.state == "active"))
        .join(
            PERSON,
            and_(
                PERSON.c.tenant_id == Seat.tenant_id,
                PERSON.c.id == Seat.person_id,
                PERSON.c.state == "active",
            ),
        )
        .join(
            RoleGrant,
            and_(RoleGrant.tenant_id == Seat.tenant_id, RoleGrant.person_id == Seat.person_id, in_force(on)),
            isouter=True,
        )
        .join(
            UNIT,
            and_(UNIT.c.tenant_id == RoleGrant.tenant_id, UNIT.c.id == RoleGrant.unit_id),
            isouter=True,
        )
        .where(Login.id == login_id, Login.epoch == epoch)
        .order_by(RoleGrant.id)
    ).all()
    if not rows:
        return None
    first = rows[0]
    grants = [Grant(row.role, row.unit_id, row.path, row.unit_name) for row in rows if row.role is not None]
    # Whoever has a seat has their own page.
    grants.append(Grant("member"))
    return Actor(
        name=first.name,
        tenant_id=first.tenant_id,
        tenant_name=first.tenant_name,
        tenant_kind=first.tenant_kind,
        login_id=login_id,
        seat_id=first.seat_id,
        person_id=first.person_id,
        grants=tuple(grants),
        session_id=session_id,
        locale=first.locale,
    )


def login_actor(*, login_id: int, epoch: int, session_id: str) -> Actor | None:
    """The signed-in login while no tenant is open: the operator, or somebody choosing a seat."""
    row = db.session.execute(
        select(Login.identifier, Login.locale, Login.operator).where(
            Login.id == login_id, Login.epoch == epoch
        )
    ).one_or_none()
    if row is None:
        return None
    return Actor(
        name=row.identifier,
        login_id=login_id,
        operator=row.operator,
        session_id=session_id,
        locale=row.locale,
    )


def own_seats() -> list[SeatChoice]:
    """The signed-in login's living seats in active tenants; while no tenant is open."""
    rows = db.session.execute(
        select(Seat.tenant_id, Seat.id, Tenant.name)
        .join(Tenant, Tenant.id == Seat.tenant_id)
        .where(Seat.state == "active", Tenant.state == "active")
        .order_by(func.lower(Tenant.name), Seat.id)
    )
    return [SeatChoice(tenant_id, seat_id, name) for tenant_id, seat_id, name in rows]


def login_by_identifier(identifier: str) -> Login | None:
    """The login of the identifier now signing in; the policy shows no other."""
    return db.session.execute(
        select(Login).where(Login.identifier == identifier.strip().lower())
    ).scalar_one_or_none()


def login_by_key(login_id: int) -> Login | None:
    """One's own login; the policy shows no other."""
    return db.session.execute(select(Login).where(Login.id == login_id)).scalar_one_or_none()


def seat_login(person_id: int) -> int | None:
    """The login that sits in a person's place; its key only, for a link that goes to its owner."""
    return db.session.scalar(select(Seat.login_id).where(Seat.person_id == person_id, Seat.state == "active"))
