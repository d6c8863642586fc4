"""A round's marks and totals in SQL: what each line of each unit comes to, from the ledger or from the reviewer."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Numeric,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from shared.assessments.metrics import METRICS
from shared.assessments.models import Entry, Line, Mark, Round, Scheme, Score
from shared.db import db
from shared.organisations.models import Unit

#: A round in these states is counted again when the ledger changes.
COUNTING = ("open", "review")
#: What the column of a rate holds, in per cent.
MOST_RATE = Decimal("9999.999")


def open_rounds() -> Sequence[Round]:
    """The rounds that are still counted."""
    return db.session.scalars(select(Round).where(Round.state.in_(COUNTING)).order_by(Round.id)).all()


def counted() -> ColumnElement[bool]:
    """A line that the ledger fills; nobody types its marks."""
    return and_(Line.kind == "count", Line.metric.in_(METRICS))


def line_points(lap: Round, *, unit_ids: Sequence[int] | None = None) -> Select[tuple[object, ...]]:
    """(unit_id, line_id, ordinal, kind, full, points, waits, raised) of every line of every unit of a round.

    points None: the line leaves the unit's denominator, or `waits` for a reviewer. `raised`: a veto line that counts
    against the unit, raised by hand or by a line it follows (params.sources, ordinals).
    """
    points = case((counted(), Score.points), (Mark.not_applicable, null()), else_=Mark.points)
    waits = and_(
        Unit.state == "active",
        ~counted(),
        Line.kind.not_in(("bonus", "veto")),
        Mark.points.is_(None),
        ~func.coalesce(Mark.not_applicable, literal(False)),
    )
    statement = (
        select(
            Entry.unit_id,
            Line.id.label("line_id"),
            Line.ordinal,
            Line.kind,
            Line.full_marks.label("full"),
            cast(points, Numeric(6, 2)).label("points"),
            cast(waits, Boolean).label("waits"),
            func.coalesce(Mark.raised, literal(False)).label("raised"),
            Line.params["sources"].label("sources"),
        )
        .select_from(Entry)
        .join(Unit, and_(Unit.tenant_id == Entry.tenant_id, Unit.id == Entry.unit_id))
        .join(Line, and_(Line.tenant_id == Entry.tenant_id, Line.scheme_id == lap.scheme_id))
        .join(
            Score,
            and_(
                Score.tenant_id == Entry.tenant_id,
                Score.round_id == lap.id,
                Score.year == lap.starts_on.year,
                Score.unit_id == Entry.unit_id,
                Score.line_id == Line.id,
            ),
            isouter=True,
        )
        .join(
            Mark,
            and_(
                Mark.tenant_id == Entry.tenant_id,
                Mark.round_id == lap.id,
                Mark.unit_id == Entry.unit_id,
                Mark.line_id == Line.id,
            ),
            isouter=True,
        )
        .where(Entry.round_id == lap.id)
    )
    if unit_ids is not None:
        statement = statement.where(Entry.unit_id.in_(unit_ids))
    return statement


def totals(lap: Round, *, unit_ids: Sequence[int] | None = None) -> Subquery:
    """(unit_id, earned, bonus, possible, rate, waits, vetoed) of every unit of a round.

    earned with the bonus in it, in marks; bonus never more than the scheme's cap; rate in per cent of what could be
    had, None where nothing could; waits: lines without a reviewer's mark.
    """
    lines = line_points(lap, unit_ids=unit_ids).subquery("line_points")
    source = line_points(lap, unit_ids=unit_ids).subquery("source")
    followed = (
        select(literal(1))
        .where(
            source.c.unit_id == lines.c.unit_id,
            # No mark left of a line, or the other veto raised.
            or_(and_(source.c.kind != "veto", source.c.points == 0), source.c.raised),
            lines.c.sources.op("@>")(func.to_jsonb(source.c.ordinal)),
        )
        .exists()
    )
    vetoes = db.session.scalar(
        select(func.count()).where(
            Line.scheme_id == lap.scheme_id, Line.kind == "veto", Line.params.has_key("sources")
        )
    )
    raised = lines.c.raised if not vetoes else or_(lines.c.raised, and_(lines.c.kind == "veto", followed))
    plain = lines.c.kind.not_in(("bonus", "veto"))
    cap = select(Scheme.bonus_cap).where(Scheme.id == lap.scheme_id).scalar_subquery()
    had = func.coalesce(func.sum(lines.c.points).filter(plain), 0)
    bonus = func.least(cap, func.coalesce(func.sum(lines.c.points).filter(lines.c.kind == "bonus"), 0))
    possible = func.coalesce(func.sum(lines.c.full).filter(plain, lines.c.points.is_not(None)), 0)
    return (
        select(
            cast(lines.c.unit_id, BigInteger).label("unit_id"),
            (had + bonus).label("earned"),
            bonus.label("bonus"),
            possible.label("possible"),
            # A great bonus over next to nothing: the column ends there, and the round is not stopped by it. (least()
            # passes over a null, so that the case must say what has no rate.)
            cast(
                case((possible > 0, func.least((had + bonus) * 100 / possible, literal(MOST_RATE)))),
                Numeric(7, 3),
            ).label("rate"),
            func.count().filter(lines.c.waits).label("waits"),
            func.bool_or(raised).label("vetoed"),
        )
        .group_by(lines.c.unit_id)
        .subquery("totals")
    )
