"""One person, and who holds which office."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select

from shared.db import db
from shared.members.models import Membership, Person, Post
from shared.members.posts import BASES, LEADING, POSTS, post_name
from shared.members.relations import relation_name
from shared.members.statuses import ENDINGS, status_name
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class MembershipRow:
    id: int
    unit_id: int
    unit_name: str
    kind: str
    status: str
    joined: str
    confirmed: str
    since: date
    until: date | None
    end_reason: str | None
    relation: str = "registered"
    card_number: str = ""

    @property
    def relation_name(self) -> str:
        """'' where it is the usual one."""
        return "" if self.relation == "registered" else relation_name(self.relation)

    @property
    def status_name(self) -> str:
        return status_name(self.status)

    @property
    def end_name(self) -> str:
        return str(ENDINGS[self.end_reason]) if self.end_reason in ENDINGS else ""


@dataclass(frozen=True, slots=True)
class PostRow:
    id: int
    person_id: int
    person_name: str
    unit_id: int
    unit_name: str
    code: str
    basis: str | None
    since: date
    until: date | None
    document: str = ""

    @property
    def name(self) -> str:
        return post_name(self.code)

    @property
    def basis_name(self) -> str:
        return str(BASES[self.basis]) if self.basis in BASES else ""

    @property
    def rank(self) -> int:
        return POSTS[self.code].rank if self.code in POSTS else 99


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person with all memberships and posts, the living first."""

    person: Person
    memberships: list[MembershipRow]
    posts: list[PostRow]

    @property
    def living(self) -> list[MembershipRow]:
        return [row for row in self.memberships if row.until is None]

    def living_in(self, membership_id: int | None) -> MembershipRow | None:
        """The present membership with this key, or the first one."""
        return next((row for row in self.living if row.id == membership_id), next(iter(self.living), None))


def _posts(*conditions: object) -> list[PostRow]:
    rows: Any = db.session.execute(
        select(
            Post.id,
            Post.person_id,
            Person.name,
            Post.unit_id,
            Unit.name,
            Post.code,
            Post.basis,
            Post.since,
            Post.until,
            Post.document,
        )
        .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
        .join(Unit, and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Post.until.is_not(None), Post.since.desc(), Post.id)
    )
    return [PostRow(*row) for row in rows]


def posts_at(unit_id: int) -> list[PostRow]:
    """Who holds which office at a unit now, in the order of the offices."""
    return sorted(
        _posts(Post.unit_id == unit_id, Post.until.is_(None)), key=lambda row: (row.rank, row.since, row.id)
    )


def leaders_of(unit_id: int) -> list[PostRow]:
    """Who answers for a unit now."""
    return [row for row in posts_at(unit_id) if row.code in LEADING]


def person_card(person: Person) -> PersonCard:
    """The person with memberships and posts, in two queries."""
    rows = db.session.execute(
        select(
            Membership.id,
            Membership.unit_id,
            Unit.name,
            Membership.kind,
            Membership.status,
            Membership.joined,
            Membership.confirmed,
            Membership.since,
            Membership.until,
            Membership.end_reason,
            Membership.relation,
            func.coalesce(Membership.card_number, ""),
        )
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(Membership.person_id == person.id)
        .order_by(Membership.until.is_not(None), Membership.since.desc(), Membership.id)
    )
    memberships = [MembershipRow(*row[:5], str(row[5] or ""), str(row[6] or ""), *row[7:]) for row in rows]
    return PersonCard(person, memberships, _posts(Post.person_id == person.id))
