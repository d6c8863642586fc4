"""谈心谈话: who has talked with whom this year. Only that a talk took place and when, never what it was about.

Source: domain facts §2: at least once a year committee members with each other, with the members, and the members
with each other. Counted are pairs of committee members, members without a talk with anybody of the committee, and
members without a talk with another member (docs/adr/0022).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.db import db
from shared.events.models import Event
from shared.events.queries.life.pairing import (
    Proposal,
    Talked,
    missing_pairs,
    pair_of,
    propose,
    without_talk,
)
from shared.events.queries.life.scope import COMMITTEE, LEADING, LifeFilter, filed_in, in_reach, stands
from shared.members.models import Membership, Person, Post
from shared.members.relations import EXPECTED
from shared.members.statuses import ATTENDING
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.models import Unit

TALK = "heart_talk"
#: The units that hold talks: branches of every kind.
BRANCHES = tuple(code for code, kind in UNIT_KINDS.items() if kind.line == "party" and kind.basic)
#: Talks of so many years before tell who never talked with whom.
YEARS_BACK = 5

PARTNER = cast(Event.fields["partner"].astext, BigInteger)


@dataclass(frozen=True, slots=True)
class TalkRow:
    """One branch: pairs of the committee (all, still to talk), members (all, without a talk with the committee,
    without a talk with another member)."""

    unit_id: int
    unit_name: str
    unit_path: str
    committee: int
    pairs: int
    pairs_left: int
    members: int
    members_left: int
    among_left: int

    @property
    def left(self) -> int:
        return self.pairs_left + self.members_left + (self.among_left + 1) // 2


@dataclass(frozen=True, slots=True)
class TalkPage:
    rows: list[TalkRow]
    after: str | None


def _post_here(given: LifeFilter, post: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        post.tenant_id == Unit.tenant_id,
        post.unit_id == Unit.id,
        post.code.in_(COMMITTEE),
        stands(post.since, post.until, given.on),
    )


def _in_committee(given: LifeFilter, person_id: Any) -> ColumnElement[bool]:
    post = aliased(Post)
    return exists(
        select(1)
        .where(*_post_here(given, post), post.person_id == person_id)
        .correlate(Unit, Membership, Event)
    )


def _member_here(given: LifeFilter) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.tenant_id == Unit.tenant_id,
        Membership.unit_id == Unit.id,
        Membership.kind == "party",
        Membership.status.in_(ATTENDING),
        Membership.relation.in_(EXPECTED),
        stands(Membership.since, Membership.until, given.on),
    )


def _talk_here(given: LifeFilter) -> tuple[ColumnElement[bool], ...]:
    return (
        Event.tenant_id == Unit.tenant_id,
        Event.unit_id == Unit.id,
        Event.kind == TALK,
        *filed_in(given),
    )


def _statement(actor: Actor, given: LifeFilter) -> Select[*tuple[Any, ...]]:
    """Every branch of the filter with its counts, in the order of the tree."""
    seats = (
        select(func.count(Post.person_id.distinct()).label("n"))
        .where(*_post_here(given, Post))
        .correlate(Unit)
        .lateral("seats")
    )
    pair = func.row(func.least(Event.chair_id, PARTNER), func.greatest(Event.chair_id, PARTNER))
    pairs = (
        select(func.count(pair.distinct()).label("n"))
        .where(
            *_talk_here(given),
            Event.chair_id != PARTNER,
            _in_committee(given, Event.chair_id),
            _in_committee(given, PARTNER),
        )
        .correlate(Unit)
        .lateral("pairs")
    )
    person = Membership.person_id
    other = case((Event.chair_id == person, PARTNER), else_=Event.chair_id)

    def talked(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists(
            select(1)
            .where(*_talk_here(given), or_(Event.chair_id == person, person == PARTNER), condition)
            .correlate(Unit, Membership)
        )

    members = (
        select(
            func.count().label("n"),
            func.count().filter(not_(talked(_in_committee(given, other)))).label("without"),
            func.count().filter(not_(talked(not_(_in_committee(given, other))))).label("among"),
        )
        .where(*_member_here(given), not_(_in_committee(given, person)))
        .correlate(Unit)
        .lateral("members")
    )
    all_pairs = seats.c.n * (seats.c.n - 1) / 2
    # Without a committee there is nobody to talk with; one member alone has no other.
    without = case((seats.c.n > 0, members.c.without), else_=0)
    among = case((members.c.n > 1, members.c.among), else_=0)
    statement = (
        select(
            Unit.id,
            Unit.name,
            Unit.path,
            seats.c.n,
            cast(all_pairs, BigInteger),
            cast(all_pairs, BigInteger) - pairs.c.n,
            members.c.n,
            without,
            among,
        )
        .select_from(Unit)
        .join(seats, seats.c.n >= 0)
        .join(pairs, pairs.c.n >= 0)
        .join(members, members.c.n >= 0)
        .where(
            Unit.line == "party",
            Unit.kind.in_(BRANCHES),
            Unit.state == "active",
            in_reach(actor, given, Unit.path),
        )
        .order_by(Unit.path)
    )
    if given.view == "missing":
        statement = statement.where(or_(cast(all_pairs, BigInteger) > pairs.c.n, without > 0, among > 0))
    return statement


def talks_page(actor: Actor, given: LifeFilter, *, after: str | None = None, size: int = 50) -> TalkPage:
    """Branches in the order of the tree with what is still to be talked. One query."""
    statement = _statement(actor, given).limit(size + 1)
    if after is not None:
        statement = statement.where(Unit.path > after)
    found = [TalkRow(*row) for row in db.session.execute(statement)]
    return TalkPage(found[:size], found[size - 1].unit_path if len(found) > size else None)


@dataclass(frozen=True, slots=True)
class Talker:
    id: int
    name: str
    committee: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """When two talked last, and the record of it."""

    event_id: int
    on: date


@dataclass(frozen=True)
class TalkBoard:
    """Everything about the talks of one branch in one year. In the order of names, who answers for it first."""

    committee: list[Talker]
    members: list[Talker]
    talked: Talked
    records: dict[tuple[int, int], Talk]
    names: dict[int, str] = field(default_factory=dict)

    def cell(self, one: int, other: int) -> Talk | None:
        """The last talk of two people of this year; None: none yet."""
        found = self.records.get(pair_of(one, other))
        return found if found is not None and found.on >= self.talked.first_of_year else None

    @property
    def pairs_left(self) -> list[tuple[int, int]]:
        return missing_pairs([one.id for one in self.committee], self.talked)

    @property
    def members_left(self) -> list[int]:
        """Members who have talked with nobody of the committee."""
        committee = [one.id for one in self.committee]
        return without_talk([one.id for one in self.members], committee, self.talked) if committee else []

    @property
    def among_left(self) -> list[int]:
        """Members who have talked with no other member."""
        members = [one.id for one in self.members]
        return without_talk(members, members, self.talked) if len(members) > 1 else []

    @property
    def left(self) -> int:
        """Talks that are still to be held at least: two waiting members can talk with each other."""
        return len(self.pairs_left) + len(self.members_left) + (len(self.among_left) + 1) // 2

    def proposals(self, *, each: int = 5) -> list[Proposal]:
        committee = [one.id for one in self.committee]
        return propose(committee, [one.id for one in self.members], self.talked, each=each)


def talk_board(unit_id: int, given: LifeFilter) -> TalkBoard:
    """One branch's people and talks. Two queries, whatever its size."""
    post = aliased(Post)
    holds = select(1).where(
        post.tenant_id == Person.tenant_id,
        post.person_id == Person.id,
        post.unit_id == unit_id,
        post.code.in_(COMMITTEE),
        stands(post.since, post.until, given.on),
    )
    seated, leads = exists(holds), exists(holds.where(post.code.in_(LEADING)))
    belongs = exists(
        select(1).where(
            Membership.tenant_id == Person.tenant_id,
            Membership.person_id == Person.id,
            Membership.unit_id == unit_id,
            Membership.kind == "party",
            Membership.status.in_(ATTENDING),
            Membership.relation.in_(EXPECTED),
            stands(Membership.since, Membership.until, given.on),
        )
    )
    people = [
        Talker(*row)
        for row in db.session.execute(
            select(Person.id, Person.name, seated)
            .where(or_(seated, belongs), Person.state != "removed")
            .order_by(leads.desc(), Person.name_key, Person.id)
        )
    ]
    first = date(given.year - YEARS_BACK, 1, 1)
    rows = db.session.execute(
        select(Event.id, Event.chair_id, PARTNER, Event.held_on)
        .where(
            Event.unit_id == unit_id,
            Event.kind == TALK,
            Event.state == "filed",
            Event.held_on.between(first, given.last),
            and_(Event.chair_id.is_not(None), PARTNER.is_not(None)),
        )
        .order_by(Event.held_on, Event.id)
    ).all()
    talks = [(row[0], row[1] or 0, row[2] or 0, row[3]) for row in rows]
    talked = Talked.of(((one, other, on) for _event, one, other, on in talks), given.first)
    records = {pair_of(one, other): Talk(event_id, on) for event_id, one, other, on in talks}
    return TalkBoard(
        [one for one in people if one.committee],
        [one for one in people if not one.committee],
        talked,
        records,
        {one.id: one.name for one in people},
    )
