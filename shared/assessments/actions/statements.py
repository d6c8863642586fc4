"""The SQL of counting: which units by which sheet, what each line asks and takes off, what every metric counts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.assessments.metrics import COLUMNS, METRICS, CountedLine, Span
from shared.assessments.models import Entry
from shared.organisations.models import Unit

#: What a line takes off where its sheet does not say: nothing.
_RATES = ("per_missing", "per_made_up", "per_flaw", "line", "per_percent")

#: The units that the statement is executed for, where they are named one by one.
_CHOSEN = Unit.id == any_(bindparam("unit_ids", type_=ARRAY(BigInteger)))


def _column(values: list[Any], type_: type[BigInteger] | type[Numeric[Any]] | type[Text], name: str) -> Any:
    """One column of rows that are sent along as arrays."""
    return func.unnest(cast(literal(values, ARRAY(type_)), ARRAY(type_))).label(name)


def measured_by(lines: Sequence[Any]) -> Subquery:
    """(scheme_id, kind, sector) as rows: which sheet measures which units.

    Spelt out, because an equality lets PostgreSQL estimate how many units there are and a look into JSON does not.
    """
    rows = sorted(
        {
            (line.scheme_id, kind, sector)
            for line in lines
            for kind in line.applies.get("unit_kinds", ())
            for sector in line.applies.get("sectors", ())
        }
    )
    return select(
        _column([row[0] for row in rows], BigInteger, "scheme_id"),
        _column([row[1] for row in rows], Text, "kind"),
        _column([row[2] for row in rows], Text, "sector"),
    ).subquery("measured")


def units_in(
    measured: Subquery,
    *,
    paths: Sequence[str] | None,
    chosen: bool,
) -> CTE:
    """The units to count, each with the sheet it is measured by."""
    statement = (
        select(Unit.tenant_id, Unit.id, Unit.term_ends_on, Unit.duties_since, measured.c.scheme_id)
        .join(measured, and_(measured.c.kind == Unit.kind, measured.c.sector == Unit.sector))
        .where(Unit.state == "active")
    )
    if paths is not None:
        statement = statement.where(or_(false(), *(func.starts_with(Unit.path, path) for path in paths)))
    if chosen:
        statement = statement.where(_CHOSEN)
    return statement.cte("counted_unit")


def units_entered(round_id: int, scheme_id: int, *, chosen: bool) -> CTE:
    """The units of a round, each with the round's sheet."""
    statement = (
        select(
            Unit.tenant_id,
            Unit.id,
            Unit.term_ends_on,
            Unit.duties_since,
            literal(scheme_id, BigInteger).label("scheme_id"),
        )
        .join(Entry, and_(Entry.tenant_id == Unit.tenant_id, Entry.unit_id == Unit.id))
        .where(Entry.round_id == round_id)
    )
    if chosen:
        statement = statement.where(_CHOSEN)
    return statement.cte("counted_unit")


def points_sql(lines: Sequence[Any], counts: Subquery, marks: Subquery) -> ColumnElement[Any]:
    """What a line that was asked for comes to, by its rule; never below nothing. view.points_by says the same."""
    lost = (
        marks.c.per_missing * (counts.c.due_count - counts.c.done_count)
        + marks.c.per_made_up * counts.c.made_up_count
        + marks.c.per_flaw * counts.c.flawed_count
    )
    deducted = func.greatest(literal(0), marks.c.full_marks - lost)
    if all(line.rule == "deduct" for line in lines):
        return deducted
    rate = cast(counts.c.done_count, Numeric) * 100 / counts.c.due_count
    below = func.greatest(literal(0), marks.c.line - rate) * marks.c.per_percent
    steps = [
        (line.id, at_least, points)
        for line in lines
        if line.rule == "tiers"
        for at_least, points in line.params["tiers"]
    ]
    tier = select(
        _column([step[0] for step in steps], BigInteger, "line_id"),
        _column([Decimal(str(step[1])) for step in steps], Numeric, "at_least"),
        _column([Decimal(str(step[2])) for step in steps], Numeric, "points"),
    ).subquery("tier")
    reached = (
        select(func.coalesce(func.max(tier.c.points), 0))
        .where(tier.c.line_id == counts.c.line_id, tier.c.at_least <= rate)
        .scalar_subquery()
    )
    return case(
        (marks.c.rule == "below", func.greatest(literal(0), marks.c.full_marks - below)),
        (marks.c.rule == "tiers", func.least(marks.c.full_marks, reached)),
        (
            marks.c.rule == "whole",
            case((counts.c.done_count >= counts.c.due_count, marks.c.full_marks), else_=literal(0)),
        ),
        else_=deducted,
    )


def marks_of(lines: Sequence[Any]) -> Subquery:
    """(line_id, scheme_id, full_marks, rule, per_missing, per_made_up, per_flaw, line, per_percent) as rows."""
    return select(
        _column([line.id for line in lines], BigInteger, "line_id"),
        _column([line.scheme_id for line in lines], BigInteger, "scheme_id"),
        _column([line.full_marks for line in lines], Numeric, "full_marks"),
        _column([line.rule for line in lines], Text, "rule"),
        *(
            _column([Decimal(str(line.params.get(rate, 0))) for line in lines], Numeric, rate)
            for rate in _RATES
        ),
    ).subquery("marks")


def counts_of(lines: Sequence[Any], units: CTE, marks: Subquery, span: Span) -> Subquery:
    """Every metric's rows for its lines, and a row of nothing for each line of each unit, added up.

    Adding up, not joining: a join of units × lines with the counts would be quadratic where the planner guesses low.
    """
    nothing = [literal(0).label(name) for name in COLUMNS[2:]]
    selects: list[Select[Any]] = [
        select(marks.c.line_id, units.c.id.label("unit_id"), *nothing)
        .select_from(units)
        .join(marks, marks.c.scheme_id == units.c.scheme_id)
    ]
    for key, metric in METRICS.items():
        mine = [CountedLine(line.id, line.params) for line in lines if line.metric == key]
        if mine:
            rows = metric.count(mine, units, span).subquery()
            selects.append(select(*(rows.c[name] for name in COLUMNS)))
    rows = union_all(*selects).subquery("counted")
    return (
        select(
            rows.c.line_id,
            rows.c.unit_id,
            *(cast(func.sum(rows.c[name]), Integer).label(name) for name in COLUMNS[2:]),
        )
        .group_by(rows.c.unit_id, rows.c.line_id)
        .subquery("counts")
    )
