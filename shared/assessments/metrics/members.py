"""Metrics over membership: how many of the employer's people have joined (入会率). Counts only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, BigInteger, Integer, Select, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.assessments.metrics.span import CountedLine, Span
from shared.members.models import Membership
from shared.members.relations import EXPECTED
from shared.members.statuses import ATTENDING
from shared.organisations.models import Unit


def share_joined(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """due: the employees on file; done: the members in work, never more than these."""
    ids = cast(literal([line.id for line in lines], ARRAY(BigInteger)), ARRAY(BigInteger))
    joined = (
        select(Membership.tenant_id, Membership.unit_id, func.count().label("members"))
        .join(units, and_(units.c.tenant_id == Membership.tenant_id, units.c.id == Membership.unit_id))
        .where(
            Membership.kind == "union",
            Membership.since <= span.standing,
            or_(Membership.until.is_(None), Membership.until >= span.standing),
            Membership.status.in_(ATTENDING),
            Membership.relation.in_(EXPECTED),
        )
        .group_by(Membership.tenant_id, Membership.unit_id)
        .subquery("joined")
    )
    return (
        select(
            func.unnest(ids).label("line_id"),
            Unit.id.label("unit_id"),
            Unit.staff_count.label("due_count"),
            cast(func.least(Unit.staff_count, func.coalesce(joined.c.members, 0)), Integer).label(
                "done_count"
            ),
            literal(0).label("made_up_count"),
            literal(0).label("flawed_count"),
        )
        .select_from(units)
        .join(Unit, and_(Unit.tenant_id == units.c.tenant_id, Unit.id == units.c.id))
        .join(joined, and_(joined.c.tenant_id == Unit.tenant_id, joined.c.unit_id == Unit.id), isouter=True)
        .where(Unit.staff_count > 0, units.c.duties_since <= span.standing)
    )
