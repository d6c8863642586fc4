"""Roles as they stand today: whose, since when, until when; who is an administrator for good; what is lent."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from shared.accounts.models import RoleGrant, Seat
from shared.accounts.queries import in_force
from shared.accounts.queries.roster import MEMBERSHIP, PERSON, UNIT
from shared.clock import today
from shared.db import db


@dataclass(frozen=True, slots=True)
class GrantRow:
    id: int
    role: str
    unit_id: int | None
    unit_name: str | None
    since: date
    until: date | None
    granted_by: str | None = None


def _not_over() -> ColumnElement[bool]:
    return and_(RoleGrant.ended_at.is_(None), or_(RoleGrant.until.is_(None), RoleGrant.until >= today()))


def grants_of(people: list[int]) -> list[tuple[GrantRow, int]]:
    """The roles of these people that hold or will hold, each with its person."""
    giver = PERSON.alias("giver")
    statement = (
        select(RoleGrant, UNIT.c.name, giver.c.name)
        .join(
            UNIT, and_(UNIT.c.tenant_id == RoleGrant.tenant_id, UNIT.c.id == RoleGrant.unit_id), isouter=True
        )
        .join(
            giver,
            and_(giver.c.tenant_id == RoleGrant.tenant_id, giver.c.id == RoleGrant.granted_by),
            isouter=True,
        )
        .where(RoleGrant.person_id.in_(people), _not_over())
        .order_by(RoleGrant.since, RoleGrant.id)
    )
    return [
        (
            GrantRow(grant.id, grant.role, grant.unit_id, unit, grant.since, grant.until, giver_name),
            grant.person_id,
        )
        for grant, unit, giver_name in db.session.execute(statement)
    ]


def lasting_admins(on: date) -> list[int]:
    """The people who are administrators today without an end date and have a living seat, locked in order of key."""
    return list(
        db.session.scalars(
            select(RoleGrant.person_id)
            .join(
                Seat,
                and_(
                    Seat.tenant_id == RoleGrant.tenant_id,
                    Seat.person_id == RoleGrant.person_id,
                    Seat.state == "active",
                ),
            )
            .where(RoleGrant.role == "admin", RoleGrant.until.is_(None), in_force(on))
            .order_by(RoleGrant.id)
            .with_for_update(of=RoleGrant)
        )
    )


def members_of(unit_ids: list[int]) -> list[tuple[int, int, str]]:
    """The people of some units: unit, person and name, by name."""
    rows = db.session.execute(
        select(MEMBERSHIP.c.unit_id, PERSON.c.id, PERSON.c.name)
        .join(
            PERSON,
            and_(PERSON.c.tenant_id == MEMBERSHIP.c.tenant_id, PERSON.c.id == MEMBERSHIP.c.person_id),
        )
        .where(MEMBERSHIP.c.unit_id.in_(unit_ids), MEMBERSHIP.c.until.is_(None), PERSON.c.state == "active")
        .order_by(PERSON.c.name_key, PERSON.c.id)
    )
    return [(row.unit_id, row.id, row.name) for row in rows]


def lent(unit_ids: list[int]) -> list[tuple[GrantRow, str]]:
    """The keepers of some units who hold or will hold, each with their name."""
    holder = PERSON.alias("holder")
    rows = db.session.execute(
        select(RoleGrant, UNIT.c.name, holder.c.name)
        .join(UNIT, and_(UNIT.c.tenant_id == RoleGrant.tenant_id, UNIT.c.id == RoleGrant.unit_id))
        .join(holder, and_(holder.c.tenant_id == RoleGrant.tenant_id, holder.c.id == RoleGrant.person_id))
        .where(RoleGrant.role == "keeper", RoleGrant.unit_id.in_(unit_ids), _not_over())
        .order_by(RoleGrant.until.nulls_last(), RoleGrant.id)
    )
    return [
        (GrantRow(grant.id, grant.role, grant.unit_id, unit, grant.since, grant.until), name)
        for grant, unit, name in rows
    ]
