"""Metrics over dues: the months of the span whose sheet is closed. No sum and no payer is looked at."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, Date, Integer, Select, and_, cast, func, literal, select

from shared.assessments.metrics.span import CountedLine, Lack, Span, values
from shared.db import db
from shared.dues.models import DuesSheet
from shared.organisations.models import Unit


def _months(span: Span, grace_days: int) -> list[date]:
    """The first days of the months of the span that were over, days of grace included, when it was counted."""
    found = []
    for month in range(span.first.month, span.last.month + 1):
        ends = date(span.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        if ends <= span.last and ends + timedelta(days=grace_days) < span.until:
            found.append(date(span.year, month, 1))
    return found


def months_closed(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """One for each month that is over; params.grace_days: how many days later it is asked for."""
    asked = [(line.id, month) for line in lines for month in _months(span, grace_of(line.params))]
    months = values(asked, "month", Date)
    return (
        select(
            months.c.line_id,
            units.c.id.label("unit_id"),
            func.count().label("due_count"),
            cast(func.count(DuesSheet.id), Integer).label("done_count"),
            literal(0).label("made_up_count"),
            literal(0).label("flawed_count"),
        )
        .select_from(units)
        # A month that began before the unit did is nobody's fault.
        .join(months, months.c.month >= units.c.duties_since)
        .join(
            DuesSheet,
            and_(
                DuesSheet.tenant_id == units.c.tenant_id,
                DuesSheet.month == months.c.month,
                DuesSheet.unit_id == units.c.id,
                DuesSheet.state == "closed",
            ),
            isouter=True,
        )
        .group_by(months.c.line_id, units.c.id)
    )


def grace_of(params: dict[str, Any]) -> int:
    return int(params.get("grace_days") or 0)


def months_open(unit_id: int, span: Span, params: dict[str, Any]) -> list[Lack]:
    """The months of a unit that are not closed."""
    months = _months(span, grace_of(params))
    since = db.session.scalar(select(Unit.duties_since).where(Unit.id == unit_id))
    closed = set(
        db.session.scalars(
            select(DuesSheet.month).where(
                DuesSheet.unit_id == unit_id, DuesSheet.month.in_(months), DuesSheet.state == "closed"
            )
        )
    )
    return [
        Lack(month.strftime("%Y-%m"))
        for month in months
        if month not in closed and (since is None or month >= since)
    ]
