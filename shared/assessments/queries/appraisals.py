"""Yearly reports with their appraisal: of a holder's year, of one unit. By unit, never by what they came to."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.models import Appraisal, Entry, Round
from shared.ballots.models import Poll
from shared.ballots.queries.grades import rating_of, rating_of_item
from shared.clock import at_local, today
from shared.db import db
from shared.duties.queries.filters import below
from shared.organisations.models import Unit

PAGE = 100
#: A round whose rates stand.
STANDING = ("confirmed", "published", "final")
#: The kind of vote that is held on a report.
KIND = "secretary_report"
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class AppraisalFilter:
    """`missing`: what still lacks something first and only. `after`: the last unit shown."""

    year: int
    missing: bool = False
    #: The unit and all below it.
    below: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class AppraisalRow:
    id: int
    unit_id: int
    unit_name: str
    state: str
    report_until: date
    poll_id: int | None
    round_id: int | None
    superior: Decimal | None
    total: Decimal | None
    grade: str | None
    may_see: bool


def _subordinate(holder: Unit) -> ColumnElement[bool]:
    return and_(Unit.parent_id == holder.id, Unit.line == holder.line, Unit.state == "active")


def to_report(holder: Unit, year: int) -> int:
    """How many units directly below the holder have no report of the year yet. One query."""
    known = select(Appraisal.unit_id).where(Appraisal.year == year)
    return (
        db.session.scalar(
            select(func.count()).select_from(Unit).where(_subordinate(holder), Unit.id.not_in(known))
        )
        or 0
    )


def appraisals(actor: Actor, given: AppraisalFilter) -> tuple[list[AppraisalRow], int | None]:
    """Those of the reach, in the order of the units. What they came to is seen by who appraises, or when published.

    One query.
    """
    holder = Unit.__table__.alias("holder")
    runs = reach_filter(actor, Permission.ROUND_RUN, holder.c.path)
    statement = (
        select(
            Appraisal.id,
            Appraisal.unit_id,
            Unit.name,
            Appraisal.state,
            Appraisal.report_until,
            Appraisal.poll_id,
            Appraisal.round_id,
            Appraisal.superior,
            Appraisal.total,
            Appraisal.grade,
            or_(runs, Appraisal.state == "published").label("may_see"),
        )
        .join(Unit, and_(Unit.tenant_id == Appraisal.tenant_id, Unit.id == Appraisal.unit_id))
        .join(holder, and_(holder.c.tenant_id == Appraisal.tenant_id, holder.c.id == Appraisal.holder_id))
        .where(Appraisal.year == given.year, reach_filter(actor, Permission.SCORE_VIEW, Unit.path))
        .order_by(Appraisal.unit_id)
        .limit(PAGE + 1)
    )
    if given.below is not None:
        statement = statement.where(below(given.below))
    if given.missing:
        statement = statement.where(
            or_(
                Appraisal.state == "open",
                and_(
                    Appraisal.state == "handed_in",
                    or_(
                        Appraisal.poll_id.is_(None),
                        Appraisal.round_id.is_(None),
                        Appraisal.superior.is_(None),
                    ),
                ),
            )
        )
    if given.after is not None:
        statement = statement.where(Appraisal.unit_id > given.after)
    rows = [AppraisalRow(*row) for row in db.session.execute(statement)]
    return rows[:PAGE], rows[PAGE - 1].unit_id if len(rows) > PAGE else None


def report_polls(row: Appraisal, unit: Unit) -> list[tuple[int, str]]:
    """(poll, title) of the year's closed votes on reports, of the unit or of who appraises. One query."""
    found = db.session.execute(
        select(Poll.id, Poll.title)
        .where(
            Poll.unit_id.in_((unit.id, row.holder_id)),
            Poll.kind == KIND,
            Poll.state.in_(("closed", "published")),
            Poll.closed_at >= at_local(date(row.year, 1, 1), time()),
            # A year is reported on until the spring after it.
            Poll.closed_at < at_local(date(row.year + 1, 7, 1), time()),
        )
        .order_by(Poll.id.desc())
        .limit(50)
    )
    return [(key, title) for key, title in found]


def daily_rounds(row: Appraisal) -> list[tuple[int, str]]:
    """(round, name) of the year's rounds in which the unit has a rate that stands, the latest first. One query."""
    found = db.session.execute(
        select(Round.id, Round.name)
        .join(Entry, and_(Entry.tenant_id == Round.tenant_id, Entry.round_id == Round.id))
        .where(
            Entry.unit_id == row.unit_id,
            Entry.rate.is_not(None),
            Round.state.in_(STANDING),
            Round.starts_on >= date(row.year, 1, 1),
            Round.ends_on <= date(row.year, 12, 31),
        )
        .order_by(Round.ends_on.desc(), Round.id.desc())
        .limit(20)
    )
    return [(key, name) for key, name in found]


def live_part(row: Appraisal, unit: Unit) -> Decimal | None:
    """What the ballot came to in per cent: of the unit's own vote, or of its line in the vote of who appraises."""
    poll = db.session.scalar(select(Poll).where(Poll.id == (row.poll_id or 0)))
    if poll is None:
        return None
    rating = rating_of(poll) if poll.unit_id == unit.id else rating_of_item(poll, unit.name)
    return None if rating is None else (rating * _HUNDRED).quantize(_CENT)


def parts_of(row: Appraisal, unit: Unit) -> dict[str, Decimal | None]:
    """Part → per cent as it stands now; None: still missing."""
    daily = db.session.scalar(
        select(Entry.rate)
        .join(Round, and_(Round.tenant_id == Entry.tenant_id, Round.id == Entry.round_id))
        .where(Entry.unit_id == row.unit_id, Entry.round_id == (row.round_id or 0), Round.state.in_(STANDING))
    )
    # A bonus may lift a rate above the whole; a part is at most the whole.
    return {
        "live": live_part(row, unit),
        "daily": None if daily is None else min(max(daily, Decimal(0)), _HUNDRED).quantize(_CENT),
        "superior": row.superior,
    }


def total_of(parts: dict[str, Decimal | None], weights: dict[str, Any]) -> Decimal | None:
    """The weighted sum in per cent; None while a part is missing."""
    had: list[Decimal] = []
    for part, weight in weights.items():
        value = parts.get(part)
        if value is None:
            return None
        had.append(value * Decimal(str(weight)))
    return (sum(had, Decimal(0)) / _HUNDRED).quantize(_CENT)


def reports_due(actor: Actor) -> list[tuple[int, str, date]]:
    """(appraisal, unit, last day) of the reports that units of the reach still owe. One query."""
    rows = db.session.execute(
        select(Appraisal.id, Unit.name, Appraisal.report_until)
        .join(Unit, and_(Unit.tenant_id == Appraisal.tenant_id, Unit.id == Appraisal.unit_id))
        .where(
            Appraisal.state == "open",
            Appraisal.year >= today().year - 1,
            reach_filter(actor, Permission.ROUND_ENTER, Unit.path),
        )
        .order_by(Appraisal.report_until, Appraisal.id)
        .limit(5)
    )
    return [(key, name, until) for key, name, until in rows]


def appraised(unit_id: int, year: int) -> Appraisal | None:
    """The unit's report of a year, once it is graded. One query."""
    return db.session.scalar(
        select(Appraisal).where(
            Appraisal.unit_id == unit_id,
            Appraisal.year == year,
            Appraisal.state.in_(("graded", "published")),
        )
    )
