"""Reads of the accounts page: who has a place, who is invited, who is neither. All in the open tenant."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared.accounts.models import Seat, Token
from shared.accounts.queries.grants import GrantRow, grants_of
from shared.accounts.queries.roster import MEMBERSHIP, PERSON, PERSON_TERM, POST, UNIT
from shared.clock import now
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
