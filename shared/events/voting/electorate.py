"""Who may vote at a unit on a day: from the memberships and offices of that day, never from the day of writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select

from shared.db import db
from shared.events.kinds import KINDS
from shared.events.queries.records import COMMITTEE
from shared.events.voting.rules import VoteRule
from shared.members.models import Membership, Person, Post
from shared.members.relations import VOTING_HERE
from shared.members.statuses import VOTING


@dataclass(frozen=True, slots=True)
class Electorate:
    """`voters`: who has a vote; `away`: of them registered as away (流出); None where a kind is counted, not called."""

    voters: frozenset[int] | None
    away: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Numbers:
    """With a vote: how many are due, and of them how many came."""

    due: int
    present: int


def members_with_vote(unit_id: int, on: date) -> Electorate:
    """Those of a unit with a vote that day: 正式党员, not on probation, not only guests here (流入). One query."""
    rows = db.session.execute(
        select(Membership.person_id, Membership.relation)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .where(
            Membership.unit_id == unit_id,
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until >= on),
            Membership.status.in_(VOTING),
            Membership.relation.in_(VOTING_HERE),
            Person.state != "removed",
        )
    ).all()
    return Electorate(
        frozenset(row.person_id for row in rows),
        frozenset(row.person_id for row in rows if row.relation == "out"),
    )


def committee_with_vote(unit_id: int, on: date) -> Electorate:
    """Who holds an office of the unit's committee that day. One query."""
    found = db.session.scalars(
        select(Post.person_id)
        .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
        .where(
            Post.unit_id == unit_id,
            Post.code.in_(COMMITTEE),
            Post.since <= on,
            or_(Post.until.is_(None), Post.until >= on),
            Person.state != "removed",
        )
    )
    return Electorate(frozenset(found))


def electorate(rule: VoteRule, kind: str, unit_id: int, on: date) -> Electorate:
    """Who may vote by a rule. At kinds that are counted and not called by name nobody is named."""
    if KINDS[kind].attendance not in ("members", "officers"):
        return Electorate(None)
    if rule.voters == "committee":
        return committee_with_vote(unit_id, on)
    return members_with_vote(unit_id, on)


def numbers(
    who: Electorate, roll: Mapping[int, str | None], *, due_count: int, present_count: int
) -> Numbers:
    """Due and present by the roll (person → why absent, None: present), or by its counts where nobody is named."""
    if who.voters is None:
        return Numbers(due_count, present_count)
    present = sum(1 for person_id in who.voters if person_id in roll and roll[person_id] is None)
    return Numbers(len(who.voters), present)
