"""The board: units with what they have of what they could have, the lowest first. Units, never persons."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Numeric, and_, cast, exists, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.models import Line, Scheme, Score
from shared.assessments.queries.sheet import applies
from shared.audit import AuditEntry
from shared.db import db
from shared.organisations.models import Unit

PAGE = 50
MOST_PLACES = 300
#: An act may become visible this long after the instant it noted.
OVERLAP = timedelta(minutes=2)
#: The nouns whose acts change what is counted.
COUNTED_NOUNS = (
    *("event", "duty", "due_item", "rule", "import", "unit", "post", "term"),
    # Behind study.coverage, members.share, leaders.attended, dues.closed, findings.closed, tasks.confirmed.
    *("study", "member", "membership", "dues", "finding", "task"),
)


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """The board of a year: of a unit and all below it (`below`, a path), or only who lost marks."""

    year: int
    below: str | None = None
    only_lost: bool = False


@dataclass(frozen=True, slots=True)
class BoardRow:
    unit_id: int
    name: str
    above: str | None
    earned: Decimal
    possible: Decimal
    #: Per cent.
    rate: Decimal
    counted_at: datetime
    #: Headings that lost marks, with the loss, the greatest first.
    lost: tuple[tuple[str, Decimal], ...] = ()

    @property
    def cursor(self) -> str:
        return f"{self.rate}:{self.unit_id}"


def _after(cursor: str | None) -> tuple[Decimal, int] | None:
    if not cursor:
        return None
    rate, found, unit_id = cursor.partition(":")
    try:
        value = Decimal(rate)
        key = int(unit_id)
    except (ArithmeticError, ValueError):
        return None
    return (value, key) if found and value.is_finite() and abs(value) < 1000 and key < 2**62 else None


def board(
    actor: Actor,
    *,
    year: int,
    below: str | None = None,
    after: str | None = None,
    only_lost: bool = False,
    size: int = PAGE,
) -> tuple[list[BoardRow], bool]:
    """One page of the units in reach, lowest rate first, and whether more follow. Two queries."""
    rate = cast(func.sum(Score.points) * 100 / func.sum(Line.full_marks), Numeric(7, 3))
    totals = (
        select(
            Score.unit_id,
            func.sum(Score.points).label("earned"),
            func.sum(Line.full_marks).label("possible"),
            rate.label("rate"),
            func.max(Score.counted_at).label("counted_at"),
        )
        .join(Line, and_(Line.tenant_id == Score.tenant_id, Line.id == Score.line_id))
        .join(Scheme, and_(Scheme.tenant_id == Line.tenant_id, Scheme.id == Line.scheme_id))
        .join(Unit, and_(Unit.tenant_id == Score.tenant_id, Unit.id == Score.unit_id))
        .where(
            Score.year == year,
            Score.round_id.is_(None),
            Score.points.is_not(None),
            Scheme.enabled,
            applies(Scheme, Unit),
            Unit.state == "active",
            reach_filter(actor, Permission.SCORE_VIEW, Unit.path),
            func.starts_with(Unit.path, below) if below else true(),
        )
        .group_by(Score.unit_id)
        .subquery()
    )
    above = select(Unit.id, Unit.name, Unit.tenant_id).subquery()
    statement = (
        select(totals, Unit.name, above.c.name.label("above"))
        .join(Unit, Unit.id == totals.c.unit_id)
        .join(above, and_(above.c.tenant_id == Unit.tenant_id, above.c.id == Unit.parent_id), isouter=True)
        .order_by(totals.c.rate, totals.c.unit_id)
        .limit(size + 1)
    )
    if only_lost:
        statement = statement.where(totals.c.earned < totals.c.possible)
    start = _after(after)
    if start is not None:
        statement = statement.where(
            tuple_(totals.c.rate, totals.c.unit_id) > tuple_(literal(start[0], Numeric), literal(start[1]))
        )
    rows = db.session.execute(statement).all()
    shown = rows[:size]
    lost = _lost(year, [row.unit_id for row in shown])
    return [
        BoardRow(
            unit_id=row.unit_id,
            name=row.name,
            above=row.above,
            earned=row.earned,
            possible=row.possible,
            rate=row.rate,
            counted_at=row.counted_at,
            lost=tuple(lost.get(row.unit_id, ())),
        )
        for row in shown
    ], len(rows) > size


def _lost(year: int, unit_ids: list[int]) -> dict[int, list[tuple[str, Decimal]]]:
    """By unit the headings that lost marks."""
    gone = func.sum(Line.full_marks - Score.points)
    rows = db.session.execute(
        select(Score.unit_id, Line.heading, gone.label("gone"))
        .join(Line, and_(Line.tenant_id == Score.tenant_id, Line.id == Score.line_id))
        .where(
            Score.year == year,
            Score.round_id.is_(None),
            Score.unit_id.in_(unit_ids),
            Score.points < Line.full_marks,
        )
        .group_by(Score.unit_id, Line.heading)
        .order_by(Score.unit_id, gone.desc(), Line.heading)
    )
    found: dict[int, list[tuple[str, Decimal]]] = {}
    for unit_id, heading, marks in rows:
        found.setdefault(unit_id, []).append((heading, marks))
    return found


def places(actor: Actor, permission: Permission = Permission.SCORE_VIEW) -> list[tuple[int, str]]:
    """The units in reach that have units below them, in the order of the tree: what the board can be narrowed to."""
    child = aliased(Unit)
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.state == "active",
            reach_filter(actor, permission, Unit.path),
            exists().where(
                child.tenant_id == Unit.tenant_id, child.parent_id == Unit.id, child.state == "active"
            ),
        )
        .order_by(Unit.path)
        .limit(MOST_PLACES)
    )
    return [(row.id, row.name) for row in rows]


def sheet_years(on: date) -> list[int]:
    """The years a sheet can be looked at, the present one first."""
    return [on.year, on.year - 1, on.year - 2]


@dataclass(frozen=True, slots=True)
class Stale:
    """What the ledger changed since it was last counted. everything: more than single units."""

    everything: bool
    unit_ids: tuple[int, ...]
    #: Whether any sheet is in use at all, and for how long a year is still counted.
    sheets: int
    settle_days: int


def stale() -> Stale:
    """Read from the audit trail, which every act writes in its own transaction, what has to be counted again."""
    schemes = db.session.execute(select(Scheme.swept_at, Scheme.settle_days).where(Scheme.enabled)).all()
    settle_days = max((row.settle_days for row in schemes), default=0)
    instants = [row.swept_at for row in schemes]
    if not instants or None in instants:
        return Stale(bool(instants), (), len(instants), settle_days)
    units = stale_since(min(instants))
    return Stale(units is None, units or (), len(instants), settle_days)


def stale_since(instant: datetime | None) -> tuple[int, ...] | None:
    """The units whose ledger an act has changed since; None: more than single units."""
    if instant is None:
        return None
    changed = db.session.scalars(
        select(AuditEntry.unit_id)
        .where(
            AuditEntry.at > instant - OVERLAP,
            or_(
                func.split_part(AuditEntry.verb, ".", 1).in_(COUNTED_NOUNS),
                # The choice whether what was entered later is scored concerns every unit.
                and_(
                    AuditEntry.verb == "setting.change", AuditEntry.detail["key"].astext == "score_backfilled"
                ),
            ),
        )
        .distinct()
    ).all()
    units = tuple(unit_id for unit_id in changed if unit_id is not None)
    return units if len(units) == len(changed) else None
