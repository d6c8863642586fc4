"""What units lack by the rules of shared.organisations.advice, for one unit, a page of them, or a whole tenant.

One statement reads the measures of every unit asked about (members with all units below, offices, bodies beside it) and
holds them against the rules, so that a page and the filter “lacks something” can never disagree.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from shared.db import db
from shared.members.models import Membership, Person, Post
from shared.members.posts import POSTS
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED
from shared.organisations.advice import Rule, rules_on
from shared.organisations.models import Unit, UnitLink

#: Offices that stand for the body a unit is too small to have.
_AUDIT = ("union_audit_chair", "union_audit")
_COMMITTEE = tuple(code for code, post in POSTS.items() if post.committee)
#: Sorts behind every character of a path, so that [path, path + this) is the unit and all below it.
_BEHIND = ":"
_SPAN = (0, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A rule that a unit does not meet: `n` was counted, `by` is what decided (None: the rule holds for all)."""

    unit_id: int
    rule: Rule
    n: int
    by: int | None


def _bands(rules: list[Rule]) -> Any:
    """The rules as a table: one row a rule and kind, its number pointing into the list."""
    rows = [(number, kind, rule) for number, rule in enumerate(rules) for kind in rule.kinds]

    def texts(values: list[str]) -> Any:
        return cast(values, ARRAY(Text))

    def numbers(values: list[int]) -> Any:
        return cast(values, ARRAY(Integer))

    return (
        func.unnest(
            numbers([number for number, _k, _r in rows]),
            texts([kind for _n, kind, _r in rows]),
            texts([rule.check for _n, _k, rule in rows]),
            texts([rule.code or "" for _n, _k, rule in rows]),
            texts([rule.by or "" for _n, _k, rule in rows]),
            numbers([_SPAN[0] if rule.low is None else rule.low for _n, _k, rule in rows]),
            numbers([_SPAN[1] if rule.high is None else rule.high for _n, _k, rule in rows]),
            numbers([_SPAN[0] if rule.least is None else rule.least for _n, _k, rule in rows]),
            numbers([_SPAN[1] if rule.most is None else rule.most for _n, _k, rule in rows]),
        )
        .table_valued("number", "kind", "check", "code", "by", "low", "high", "least", "most")
        .render_derived()
    )


def _facts(*which: ColumnElement[bool]) -> Any:
    """A row a unit with everything that a rule may count. Numbers of people take in the units below."""
    asked = (
        select(Unit.id, Unit.path, Unit.kind, Unit.staff_count)
        .where(Unit.state == "active", *which)
        .cte("asked")
    )
    at = aliased(Unit)
    # The offset keeps the two apart for the planner: one look into the index a unit, not a pass over the table.
    each = (
        select(at.id)
        .where(at.path >= asked.c.path, at.path < asked.c.path + _BEHIND, at.state == "active")
        .offset(0)
        .lateral("each")
    )
    below = (
        select(asked.c.id.label("asked_id"), each.c.id.label("unit_id"))
        .join_from(asked, each, true())
        .cte("below")
    )
    own = (
        select(
            Membership.unit_id,
            func.count().filter(Membership.status == "full").label("full"),
            func.count().label("members"),
            func.count().filter(Person.sex == "f").label("women"),
        )
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .where(
            Membership.until.is_(None),
            Membership.status.in_(COUNTED),
            Membership.relation.in_(COUNTING),
            Membership.unit_id.in_(select(below.c.unit_id)),
        )
        .group_by(Membership.unit_id)
        .cte("own")
    )
    people = (
        select(
            below.c.asked_id,
            func.sum(own.c.full).label("full"),
            func.sum(own.c.members).label("members"),
            func.sum(own.c.women).label("women"),
        )
        .join(own, own.c.unit_id == below.c.unit_id)
        .group_by(below.c.asked_id)
        .cte("people")
    )
    held = (
        select(
            Post.unit_id,
            func.array_agg(Post.code).label("codes"),
            func.count(Post.person_id.distinct()).filter(Post.code.in_(_COMMITTEE)).label("committee"),
        )
        .where(Post.until.is_(None), Post.unit_id.in_(select(asked.c.id)))
        .group_by(Post.unit_id)
        .cte("held")
    )
    child = aliased(Unit)
    beside = (
        select(
            child.parent_id,
            func.count().filter(child.kind == "women_workers_committee").label("women_committee"),
            func.count().filter(child.kind == "union_audit_committee").label("audit"),
            func.count().filter(child.kind == "discipline_commission").label("discipline"),
        )
        .where(
            child.state == "active",
            child.parent_id.in_(select(asked.c.id)),
            child.kind.in_(("women_workers_committee", "union_audit_committee", "discipline_commission")),
        )
        .group_by(child.parent_id)
        .cte("beside")
    )
    party = aliased(Unit)
    # Where a tenant has no Party unit at all, none can lead its unions.
    led = or_(
        exists(select(1).where(UnitLink.union_unit_id == asked.c.id, UnitLink.until.is_(None))),
        ~exists(select(1).where(party.line == "party", party.state == "active")),
    )

    def has(codes: tuple[str, ...]) -> Any:
        return case((held.c.codes.op("&&")(cast(list(codes), ARRAY(Text))), 1), else_=0)

    return (
        select(
            asked.c.id,
            asked.c.kind,
            func.coalesce(asked.c.staff_count, 0).label("staff"),
            func.coalesce(people.c.full, 0).label("full"),
            func.coalesce(people.c.members, 0).label("members"),
            func.coalesce(people.c.women, 0).label("women"),
            # Nobody entered at all is said by the offices that are vacant.
            func.nullif(func.coalesce(held.c.committee, 0), 0).label("committee"),
            held.c.codes,
            (func.coalesce(beside.c.women_committee, 0) + has(("union_women",))).label("women_committee"),
            (func.coalesce(beside.c.audit, 0) + has(_AUDIT)).label("audit"),
            func.coalesce(beside.c.discipline, 0).label("discipline"),
            case((led, 1), else_=0).label("link"),
        )
        .select_from(asked)
        .outerjoin(people, people.c.asked_id == asked.c.id)
        .outerjoin(held, held.c.unit_id == asked.c.id)
        .outerjoin(beside, beside.c.parent_id == asked.c.id)
        .cte("facts")
    )


def _shortfalls(rules: list[Rule], *which: ColumnElement[bool]) -> Select[int, int, int, int | None]:
    facts, band = _facts(*which), _bands(rules)
    counted = {
        name: getattr(facts.c, name)
        for name in ("full", "members", "committee", "women_committee", "audit", "discipline", "link")
    }
    n = case(
        *((band.c.check == name, cast(column, Integer)) for name, column in counted.items()),
        (band.c.check == "post", case((band.c.code == func.any(facts.c.codes), 1), else_=0)),
        else_=0,
    )
    by = case(
        *(
            (band.c.by == name, cast(facts.c[name], Integer))
            for name in ("full", "members", "women", "staff")
        ),
        else_=None,
    )
    return (
        select(facts.c.id, band.c.number, n, by)
        .join_from(facts, band, band.c.kind == facts.c.kind)
        .where(
            or_(by.is_(None), and_(by >= band.c.low, by <= band.c.high)),
            or_(n < band.c.least, n > band.c.most),
        )
    )


def shortfalls(unit_ids: list[int], *, on: date) -> list[Shortfall]:
    """What these units lack or have too much of, in the order of the rules. One query."""
    if not unit_ids:
        return []
    rules = rules_on(on)
    wanted = Unit.id == func.any(cast(unit_ids, ARRAY(BigInteger)))
    rows = sorted(db.session.execute(_shortfalls(rules, wanted)), key=lambda row: (row[0], row[1]))
    return [Shortfall(row[0], rules[row[1]], row[2], row[3]) for row in rows]


def lacking_units(*which: ColumnElement[bool], on: date) -> Select[int]:
    """The ids of the units that lack something a rule asks for or calls usual; `which` narrows them by columns of
    Unit. What a rule only allows is no lack.
    """
    rules = [rule for rule in rules_on(on) if rule.weight != "may"]
    found = _shortfalls(rules, *(which or (true(),))).subquery("lacking")
    return select(found.c[0]).distinct()


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """The numbers that the register of a unit asks (会员实名制): all members, and of them."""

    members: int
    women: int
    rural: int
    new_form: int


def register_counts(path: str) -> RegisterCounts:
    """Members of the unit at `path` and all below it by what the real-name register counts. One query."""
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(Person.sex == "f"),
            func.count().filter(Person.household == "rural"),
            func.count().filter(Person.employment == "new_form"),
        )
        .select_from(Membership)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Membership.until.is_(None),
            Membership.status.in_(COUNTED),
            Membership.relation.in_(COUNTING),
            func.starts_with(Unit.path, literal(path)),
        )
    ).one()
    return RegisterCounts(*row)
