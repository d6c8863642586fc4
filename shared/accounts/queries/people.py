"""Reads of the accounts page: who has a place, who is invited, who is neither. All in the open tenant."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared.accounts.models import RoleGrant, Seat, Token
from shared.accounts.queries import in_force
from shared.accounts.queries.roster import MEMBERSHIP, PERSON, PERSON_TERM, POST, UNIT
from shared.clock import now, today
from shared.db import db

PAGE = 50
#: Beyond this a total is not counted until asked for.
MANY = 10_000
STATES = ("none", "invited", "seated", "all")


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which people: of a unit and below, in an office, by the state of their account, by the start of a name."""

    unit_path: str = ""
    post: str = ""
    state: str = "none"
    #: Folded as in the term table (shared.members.terms).
    term: str = ""
    has_mail: bool | None = None
    #: Exactly these people of the rest.
    person_ids: tuple[int, ...] | None = None

    def as_args(self) -> dict[str, Any]:
        """JSON for a job: keys only; a name that was looked for is turned into keys before."""
        return {
            "unit_path": self.unit_path,
            "post": self.post,
            "state": self.state,
            "person_ids": self.person_ids,
        }


@dataclass(slots=True)
class AccountRow:
    """One person as the list shows them."""

    person_id: int
    name: str
    name_key: str
    has_mail: bool
    state: str
    unit_names: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    grants: list["GrantRow"] = field(default_factory=list)
    invited_at: datetime | None = None
    expires_at: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class GrantRow:
    id: int
    role: str
    unit_id: int | None
    unit_name: str | None
    since: date
    until: date | None
    granted_by: str | None = None


def open_invitation() -> ColumnElement[bool]:
    """The condition that an invitation can still be accepted."""
    return and_(
        Token.purpose == "seat",
        Token.used_at.is_(None),
        Token.revoked_at.is_(None),
        Token.expires_at > now(),
    )


def _seated() -> ColumnElement[bool]:
    return exists(
        select(1).where(
            Seat.tenant_id == PERSON.c.tenant_id, Seat.person_id == PERSON.c.id, Seat.state == "active"
        )
    )


def _invited() -> ColumnElement[bool]:
    return exists(
        select(1).where(
            Token.tenant_id == PERSON.c.tenant_id, Token.person_id == PERSON.c.id, open_invitation()
        )
    )


def matching(chosen: AccountFilter) -> list[ColumnElement[bool]]:
    """The conditions of the filter on PERSON."""
    conditions: list[ColumnElement[bool]] = [PERSON.c.state == "active"]
    if chosen.unit_path:
        conditions.append(
            exists(
                select(1).where(
                    MEMBERSHIP.c.tenant_id == PERSON.c.tenant_id,
                    MEMBERSHIP.c.person_id == PERSON.c.id,
                    MEMBERSHIP.c.until.is_(None),
                    UNIT.c.tenant_id == MEMBERSHIP.c.tenant_id,
                    UNIT.c.id == MEMBERSHIP.c.unit_id,
                    func.starts_with(UNIT.c.path, chosen.unit_path),
                )
            )
        )
    if chosen.post:
        office = [
            POST.c.tenant_id == PERSON.c.tenant_id,
            POST.c.person_id == PERSON.c.id,
            POST.c.until.is_(None),
        ]
        if chosen.post != "any":
            office.append(POST.c.code == chosen.post)
        conditions.append(exists(select(1).where(*office)))
    if chosen.state == "seated":
        conditions.append(_seated())
    elif chosen.state == "invited":
        conditions += [~_seated(), _invited()]
    elif chosen.state == "none":
        conditions += [~_seated(), ~_invited()]
    if chosen.term:
        conditions.append(
            PERSON.c.id.in_(
                select(PERSON_TERM.c.person_id).where(func.starts_with(PERSON_TERM.c.term, chosen.term))
            )
        )
    if chosen.person_ids is not None:
        conditions.append(PERSON.c.id.in_(chosen.person_ids))
    if chosen.has_mail is not None:
        has = and_(PERSON.c.email.is_not(None), PERSON.c.email != "")
        conditions.append(has if chosen.has_mail else ~has)
    return conditions


def invitable(chosen: AccountFilter) -> list[ColumnElement[bool]]:
    """Those of the filter who may be invited: whoever has no place yet."""
    return [*matching(chosen), ~_seated()]


def invitation_counts(chosen: AccountFilter) -> tuple[int, int]:
    """How many of the filter can be invited by mail, and how many need a slip."""
    has = and_(PERSON.c.email.is_not(None), PERSON.c.email != "")
    row = db.session.execute(
        select(func.count().filter(has), func.count().filter(~func.coalesce(has, False)))
        .select_from(PERSON)
        .where(*invitable(chosen))
    ).one()
    return row[0], row[1]


def people_ids(chosen: AccountFilter) -> list[int]:
    """The keys of the filter's people, at most MANY."""
    return list(db.session.scalars(select(PERSON.c.id).where(*matching(chosen)).limit(MANY)))


def state_counts(chosen: AccountFilter) -> dict[str, int]:
    """How many of the filter stand in each state, none counted beyond MANY."""
    everybody = AccountFilter(chosen.unit_path, chosen.post, "all", chosen.term)
    inner = (
        select(_seated().label("seated"), _invited().label("invited"))
        .select_from(PERSON)
        .where(*matching(everybody))
        .limit(MANY)
        .subquery()
    )
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(inner.c.seated),
            func.count().filter(~inner.c.seated, inner.c.invited),
            func.count().filter(~inner.c.seated, ~inner.c.invited),
        )
    ).one()
    return {"all": row[0], "seated": row[1], "invited": row[2], "none": row[3]}


def account_page(
    chosen: AccountFilter, *, after: tuple[str, int] | None = None, size: int = PAGE
) -> list[AccountRow]:
    """One page of the list, one row more than `size` where another page follows; three queries, whatever the size."""
    statement = (
        select(
            PERSON.c.id,
            PERSON.c.name,
            PERSON.c.name_key,
            func.coalesce(PERSON.c.email != "", False).label("has_mail"),
            _seated().label("seated"),
        )
        .where(*matching(chosen))
        .order_by(PERSON.c.name_key, PERSON.c.id)
        .limit(size + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(PERSON.c.name_key, PERSON.c.id) > after)
    return with_details(statement)


def account_of(person_id: int) -> AccountRow | None:
    """One person as the accounts page shows them."""
    rows = with_details(
        select(
            PERSON.c.id,
            PERSON.c.name,
            PERSON.c.name_key,
            func.coalesce(PERSON.c.email != "", False).label("has_mail"),
            _seated().label("seated"),
        ).where(PERSON.c.id == person_id, PERSON.c.state == "active")
    )
    return rows[0] if rows else None


def with_details(statement: Select[Any]) -> list[AccountRow]:
    """Run the list and add units, posts, roles and invitations of exactly these people."""
    rows = {
        row.id: AccountRow(row.id, row.name, row.name_key, row.has_mail, "seated" if row.seated else "none")
        for row in db.session.execute(statement)
    }
    if not rows:
        return []
    keys = list(rows)
    for person_id, units, posts in _places(keys):
        rows[person_id].unit_names = units or []
        rows[person_id].posts = posts or []
    for grant, person_id in grants_of(keys):
        rows[person_id].grants.append(grant)
    invitations = select(
        func.coalesce(Token.person_id, 0), Token.created_at, Token.expires_at, Token.problem
    ).where(Token.person_id.in_(keys), open_invitation())
    for key, created_at, expires_at, problem in db.session.execute(invitations):
        row = rows[key]
        row.invited_at, row.expires_at, row.problem = created_at, expires_at, problem
        if row.state == "none":
            row.state = "invited"
    return list(rows.values())


def _places(keys: list[int]) -> list[tuple[int, list[str] | None, list[str] | None]]:
    units = (
        select(func.array_agg(aggregate_order_by(UNIT.c.name, UNIT.c.path)))
        .where(
            MEMBERSHIP.c.person_id == PERSON.c.id,
            MEMBERSHIP.c.until.is_(None),
            UNIT.c.tenant_id == MEMBERSHIP.c.tenant_id,
            UNIT.c.id == MEMBERSHIP.c.unit_id,
        )
        .scalar_subquery()
    )
    posts = (
        select(func.array_agg(POST.c.code.distinct()))
        .where(POST.c.person_id == PERSON.c.id, POST.c.until.is_(None))
        .scalar_subquery()
    )
    found = db.session.execute(select(PERSON.c.id, units, posts).where(PERSON.c.id.in_(keys)))
    return [(row[0], row[1], row[2]) for row in found]


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
