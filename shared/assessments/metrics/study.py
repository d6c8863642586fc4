"""Metrics over study: how many of a unit's members have the hours. Counts only: no row names a person."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Integer,
    Numeric,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.assessments.metrics.span import CountedLine, Span
from shared.events.models import StudyHours
from shared.events.study import rule_of
from shared.members.models import Membership, Post
from shared.members.posts import POSTS
from shared.members.relations import EXPECTED
from shared.members.statuses import COUNTED

COMMITTEE = tuple(code for code, post in POSTS.items() if post.committee)
MONTHS = 12


def _so_far(hours: Decimal | int, span: Span) -> Decimal:
    """Of a year's number what is asked by the day: a twelfth for each whole month that is over."""
    over = span.standing.month if span.standing == date(span.year, MONTHS, 31) else span.standing.month - 1
    return Decimal(hours) * over / MONTHS


def coverage(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """due: members of whom a number of hours is asked; done: those who have signed so many since 1 January.

    The number is the one of shared/events/study/hours.toml, for members and for who holds a committee's office.
    """
    members, committee = rule_of("party", "members", span.year), rule_of("party", "committee", span.year)
    ids = cast(literal([line.id for line in lines], ARRAY(BigInteger)), ARRAY(BigInteger))
    belonging = (
        select(Membership.tenant_id, Membership.unit_id, Membership.person_id)
        .join(units, and_(units.c.tenant_id == Membership.tenant_id, units.c.id == Membership.unit_id))
        .where(
            Membership.kind == "party",
            Membership.since <= span.standing,
            or_(Membership.until.is_(None), Membership.until >= span.standing),
            Membership.status.in_(COUNTED),
            Membership.relation.in_(EXPECTED),
        )
        .distinct()
        .subquery("belonging")
    )
    seated = (
        select(Post.person_id)
        .where(
            Post.code.in_(COMMITTEE),
            Post.since <= span.standing,
            or_(Post.until.is_(None), Post.until >= span.standing),
        )
        .distinct()
        .subquery("seated")
    )
    forms = [tuple(rule.counts) if rule else () for rule in (members, committee)]
    signed = (
        select(
            StudyHours.person_id,
            *(
                func.coalesce(func.sum(StudyHours.hours).filter(StudyHours.form.in_(each)), 0).label(name)
                for each, name in zip(forms, ("as_member", "as_committee"), strict=True)
            ),
        )
        .where(StudyHours.state == "signed", StudyHours.on_date.between(date(span.year, 1, 1), span.standing))
        .group_by(StudyHours.person_id)
        .subquery("signed")
    )
    asked = [
        cast(literal(_so_far(rule.hours, span) if rule else None, Numeric), Numeric)
        for rule in (members, committee)
    ]
    learners = (
        select(
            belonging.c.unit_id,
            case((seated.c.person_id.is_(None), asked[0]), else_=asked[1]).label("needed"),
            func.coalesce(
                case((seated.c.person_id.is_(None), signed.c.as_member), else_=signed.c.as_committee), 0
            ).label("hours"),
        )
        .select_from(belonging)
        .join(seated, seated.c.person_id == belonging.c.person_id, isouter=True)
        .join(signed, signed.c.person_id == belonging.c.person_id, isouter=True)
        .subquery("learner")
    )
    counts = (
        select(
            learners.c.unit_id,
            func.count().label("due"),
            func.count().filter(learners.c.hours >= learners.c.needed).label("done"),
        )
        .where(learners.c.needed > 0)
        .group_by(learners.c.unit_id)
        .subquery("covered")
    )
    return select(
        func.unnest(ids).label("line_id"),
        counts.c.unit_id,
        cast(counts.c.due, Integer).label("due_count"),
        cast(counts.c.done, Integer).label("done_count"),
        literal(0).label("made_up_count"),
        literal(0).label("flawed_count"),
    )
