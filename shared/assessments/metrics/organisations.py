"""Metrics over the unit itself: its term and its offices on the day of counting."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Integer,
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

from shared.assessments.metrics.span import CountedLine, Span, pairs
from shared.members.models import Post


def term_in_force(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """Has the committee's term run out? A unit whose term is not on file is asked nothing."""
    ids = literal([line.id for line in lines], ARRAY(BigInteger))
    return select(
        func.unnest(cast(ids, ARRAY(BigInteger))).label("line_id"),
        units.c.id.label("unit_id"),
        literal(1).label("due_count"),
        case((units.c.term_ends_on >= span.standing, 1), else_=0).label("done_count"),
        literal(0).label("made_up_count"),
        literal(0).label("flawed_count"),
    ).where(units.c.term_ends_on.is_not(None), units.c.duties_since <= span.standing)


def posts_filled(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """params.posts: how many of these offices somebody holds on the day."""
    posts = pairs([(line.id, code) for line in lines for code in line.params["posts"]], "code")
    filled = (
        select(literal(1))
        .where(
            Post.tenant_id == units.c.tenant_id,
            Post.unit_id == units.c.id,
            Post.code == posts.c.code,
            Post.since <= span.standing,
            or_(Post.until.is_(None), Post.until >= span.standing),
        )
        .exists()
    )
    return (
        select(
            posts.c.line_id,
            units.c.id.label("unit_id"),
            func.count().label("due_count"),
            cast(func.count().filter(filled), Integer).label("done_count"),
            literal(0).label("made_up_count"),
            literal(0).label("flawed_count"),
        )
        .select_from(units)
        .join(posts, and_(units.c.duties_since <= span.standing))
        .group_by(posts.c.line_id, units.c.id)
    )
