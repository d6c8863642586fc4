"""Classes of voters of a vote: whom they hold, whom they could hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.ballots.kinds import CLASSES, ballot_kinds, voter_classes
from shared.ballots.models import Poll, PollClass, PollVoter
from shared.clock import today
from shared.db import db
from shared.members.models import Membership, Person, Post
from shared.members.posts import POSTS
from shared.organisations.models import Unit

#: Who sits in a committee.
_COMMITTEE = [code for code, post in POSTS.items() if post.committee]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class of a vote: `names` are those of the check-off list, `heads` on paper without names."""

    key: str
    names: list[str]
    heads: int | None

    @property
    def name(self) -> str:
        return str(CLASSES[self.key])

    @property
    def voters(self) -> int:
        return len(self.names) or self.heads or 0


def classes_of(poll: Poll) -> dict[str, ClassRow]:
    """The classes beside the members that a vote has, in the order of its kind. Two queries."""
    rows = {row.key: row for row in db.session.scalars(select(PollClass).where(PollClass.poll_id == poll.id))}
    names: dict[str, list[str]] = {}
    for key, name in db.session.execute(
        select(PollVoter.voter_class, Person.name)
        .join(Person, and_(Person.tenant_id == PollVoter.tenant_id, Person.id == PollVoter.person_id))
        .where(PollVoter.poll_id == poll.id, PollVoter.voter_class.in_(list(voter_classes())))
        .order_by(Person.name_key, Person.id)
    ):
        names.setdefault(key, []).append(name)
    return {
        key: ClassRow(key, names.get(key, []), rows[key].heads)
        for key in ballot_kinds()[poll.kind].classes
        if key in rows
    }


def heads_of(poll_id: int) -> dict[str, int]:
    """Class → voters on paper who are not named. One query."""
    rows = db.session.execute(
        select(PollClass.key, PollClass.heads).where(
            PollClass.poll_id == poll_id, PollClass.heads.is_not(None)
        )
    )
    return {key: heads for key, heads in rows if heads is not None}


def _in_office(unit_id: int) -> list[str]:
    on = today()
    rows = db.session.scalars(
        select(Person.name)
        .join(Post, and_(Post.tenant_id == Person.tenant_id, Post.person_id == Person.id))
        .where(
            Post.unit_id == unit_id,
            Post.code.in_(_COMMITTEE),
            Post.since <= on,
            or_(Post.until.is_(None), Post.until >= on),
            Person.state == "active",
        )
        .group_by(Person.id, Person.tenant_id, Person.name, Person.name_key)
        .order_by(Person.name_key, Person.id)
    )
    return list(rows)


def offered(unit: Unit, key: str) -> list[str]:
    """The names that the posts offer for a class. At most one query."""
    where = voter_classes()[key].offered
    if where == "own":
        return _in_office(unit.id)
    if where == "above" and unit.parent_id is not None:
        return _in_office(unit.parent_id)
    return []


def found_by_name(actor: Actor, unit: Unit, names: Sequence[str]) -> dict[str, list[int]]:
    """Name, or name@unit → persons of the actor's reach, and who holds office at the unit or above it. One query."""
    if not names:
        return {}
    on = today()
    plain = {name.partition("@")[0].strip() for name in names}
    members = (
        select(Membership.person_id, Membership.unit_id)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            reach_filter(actor, Permission.BALLOT_RUN, Unit.path),
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until >= on),
        )
    )
    officers = (
        select(Post.person_id, Post.unit_id)
        .join(Unit, and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .where(
            func.starts_with(unit.path, Unit.path),
            Post.since <= on,
            or_(Post.until.is_(None), Post.until >= on),
        )
    )
    known = members.union(officers).subquery()
    rows = db.session.execute(
        select(Person.name, Person.id, Unit.name)
        .join(known, known.c.person_id == Person.id)
        .join(Unit, and_(Unit.tenant_id == Person.tenant_id, Unit.id == known.c.unit_id))
        .where(Person.name.in_(plain), Person.state == "active")
        .order_by(Person.id)
    ).all()
    found: dict[str, list[int]] = {}
    for asked in names:
        name, at, where = (part.strip() for part in asked.partition("@"))
        hits = {row[1] for row in rows if row[0] == name and (not at or row[2] == where)}
        found[asked] = sorted(hits)
    return found
