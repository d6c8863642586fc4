"""双重组织生活 as a unit's count: of the meetings at which leaders were due as members, how many they attended."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Integer, Select, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from shared.assessments.metrics.span import CountedLine, Lack, Span
from shared.db import db
from shared.events.models import Attendance, Event
from shared.events.queries.life.leaders import ABOVE
from shared.events.queries.life.scope import COMMITTEE, life_kinds
from shared.members.models import Post
from shared.organisations.models import Unit

#: How many meetings of one unit are shown.
MOST = 100


def _leads() -> ColumnElement[bool]:
    """The person held an office of a committee above branches when the event was held."""
    seat = aliased(Unit)
    return (
        select(literal(1))
        .select_from(Post)
        .join(seat, and_(seat.tenant_id == Post.tenant_id, seat.id == Post.unit_id))
        .where(
            Post.tenant_id == Attendance.tenant_id,
            Post.person_id == Attendance.person_id,
            Post.code.in_(COMMITTEE),
            seat.kind.in_(ABOVE),
            Post.since <= Event.held_on,
            or_(Post.until.is_(None), Post.until >= Event.held_on),
        )
        .exists()
    )


def _held(span: Span) -> ColumnElement[bool]:
    return and_(
        Event.state == "filed",
        Event.kind.in_(life_kinds()),
        Event.held_on.between(span.first, span.standing),
        _leads(),
    )


def _there() -> ColumnElement[bool]:
    return or_(Attendance.present, Attendance.made_up_on.is_not(None))


def attended(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """due: a meeting and a leader on its roll; done: present, or made up for it. No row names the leader."""
    ids = cast(literal([line.id for line in lines], ARRAY(BigInteger)), ARRAY(BigInteger))
    counts = (
        select(
            Event.unit_id,
            func.count().label("due"),
            func.count().filter(_there()).label("done"),
        )
        .join(units, and_(units.c.tenant_id == Event.tenant_id, units.c.id == Event.unit_id))
        .join(Attendance, and_(Attendance.tenant_id == Event.tenant_id, Attendance.event_id == Event.id))
        .where(_held(span), Event.held_on >= units.c.duties_since)
        .group_by(Event.unit_id)
        .subquery("attended")
    )
    return select(
        func.unnest(ids).label("line_id"),
        counts.c.unit_id,
        cast(counts.c.due, Integer).label("due_count"),
        cast(counts.c.done, Integer).label("done_count"),
        literal(0).label("made_up_count"),
        literal(0).label("flawed_count"),
    )


def missed(unit_id: int, span: Span, _params: dict[str, Any]) -> list[Lack]:
    """The meetings of a unit that leaders missed; the record says who."""
    rows = db.session.execute(
        select(Event.id, Event.title, Event.held_on)
        .join(Attendance, and_(Attendance.tenant_id == Event.tenant_id, Attendance.event_id == Event.id))
        .where(Event.unit_id == unit_id, _held(span), ~_there())
        .distinct()
        .order_by(Event.held_on, Event.id)
        .limit(MOST)
    )
    return [Lack(row.title, row.held_on, "events.show", {"event_id": row.id}) for row in rows]
