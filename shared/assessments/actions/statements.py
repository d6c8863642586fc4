"""The SQL of counting: which units by which sheet, what each line asks and takes off, what every metric counts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg.adapt import PyFormat, Transformer
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Numeric,
    Select,
    Subquery,
    Text,
    TextClause,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert

from shared.assessments.metrics import COLUMNS, METRICS, CountedLine, Span
from shared.assessments.models import Entry
from shared.db import db
from shared.organisations.models import Unit

#: What a line takes off where its sheet does not say: nothing.
_RATES = ("per_missing", "per_made_up", "per_flaw", "line", "per_percent")

#: The units that the statement is executed for, where they are named one by one. One by itself, as after one act:
#: PostgreSQL then keeps its plan, because it need not guess how many there are.
_CHOSEN = {
    "one": Unit.id == bindparam("unit_id", type_=BigInteger),
    "several": Unit.id == any_(bindparam("unit_ids", type_=ARRAY(BigInteger))),
}

#: The lines to count as one text: of the sheets that measure one of `unit_ids` where they are named, or of one sheet.
_LINES = """(
select json_agg(json_build_array(l.id, l.scheme_id, l.full_marks::text, l.metric, l.rule, l.params, s.applies)
order by l.id)::text
from assessment_scheme s join assessment_line l on l.tenant_id = s.tenant_id and l.scheme_id = s.id
where l.kind = 'count' and l.metric is not null and """
_OF_YEAR = """s.enabled and (cast(:unit_ids as bigint[]) is null or exists (
select from unit u where u.tenant_id = s.tenant_id and u.id = any(cast(:unit_ids as bigint[]))
and s.applies -> 'unit_kinds' ? u.kind and s.applies -> 'sectors' ? u.sector)))"""
_OF_ROUND = "s.id = :scheme_id)"
#: The tenant's choice that the metrics over duties read.
_SETTING = "(select t.value::text from setting t where t.key = 'score_backfilled')"
READ = text("select " + _LINES + _OF_YEAR + " as lines, " + _SETTING + " as setting")
READ_OF_ROUND = text("select " + _LINES + _OF_ROUND + " as lines, " + _SETTING + " as setting")


def unchanged(lines: str, setting: str | None, scheme_id: int | None) -> TextClause:
    """Lines and choice still read so; looked at once a statement, which saves asking before each."""
    same = text(
        _LINES
        + (_OF_YEAR if scheme_id is None else _OF_ROUND)
        + " is not distinct from :lines and "
        + _SETTING
        + " is not distinct from :setting"
    )
    same = same.bindparams(lines=lines, setting=setting)
    return same if scheme_id is None else same.bindparams(scheme_id=scheme_id)


def _column(values: list[Any], type_: type[BigInteger] | type[Numeric[Any]] | type[Text], name: str) -> Any:
    """One column of rows that are sent along as arrays; as one value where it is the same in all of them."""
    if len(set(values)) == 1:
        return literal(values[0], type_).label(name)
    return func.unnest(literal(values, ARRAY(type_))).label(name)


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
    same: TextClause,
    *,
    paths: Sequence[str] | None,
    chosen: str,
) -> CTE:
    """The units to count, each with the sheet it is measured by."""
    statement = (
        select(Unit.tenant_id, Unit.id, Unit.term_ends_on, Unit.duties_since, measured.c.scheme_id)
        .join(measured, and_(measured.c.kind == Unit.kind, measured.c.sector == Unit.sector))
        .where(Unit.state == "active", same)
    )
    if paths is not None:
        statement = statement.where(or_(false(), *(func.starts_with(Unit.path, path) for path in paths)))
    if chosen:
        statement = statement.where(_CHOSEN[chosen])
    return statement.cte("counted_unit")


def units_entered(round_id: int, scheme_id: int, same: TextClause, *, chosen: str) -> CTE:
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
        .where(Entry.round_id == round_id, same)
    )
    if chosen:
        statement = statement.where(_CHOSEN[chosen])
    return statement.cte("counted_unit")


def points_sql(lines: Sequence[Any], counts: Subquery, marks: CTE) -> ColumnElement[Any]:
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


def marks_of(lines: Sequence[Any]) -> CTE:
    """(line_id, scheme_id, full_marks, rule, per_missing, per_made_up, per_flaw, line, per_percent) as rows."""
    return select(
        func.unnest(literal([line.id for line in lines], ARRAY(BigInteger))).label("line_id"),
        _column([line.scheme_id for line in lines], BigInteger, "scheme_id"),
        _column([line.full_marks for line in lines], Numeric, "full_marks"),
        _column([line.rule for line in lines], Text, "rule"),
        *(
            _column([Decimal(str(line.params.get(rate, 0))) for line in lines], Numeric, rate)
            for rate in _RATES
        ),
    ).cte("marks")


def counts_of(lines: Sequence[Any], units: CTE, marks: CTE, span: Span) -> Subquery:
    """Every metric's rows for its lines, and a row of nothing for each line of each unit, added up.

    Adding up, not joining: a join of units × lines with the counts would be quadratic where the planner guesses low.
    """
    nothing: list[ColumnElement[int]] = [literal_column("0", Integer).label(name) for name in COLUMNS[2:]]
    selects: list[Select[Any]] = [
        select(marks.c.line_id, units.c.id.label("unit_id"), *nothing)
        .select_from(units)
        .join(marks, marks.c.scheme_id == units.c.scheme_id)
    ]
    for key, metric in METRICS.items():
        mine = [CountedLine(line.id, line.params) for line in lines if line.metric == key]
        if mine:
            selects.append(metric.count(mine, units, span))
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


class Ready(NamedTuple):
    """A statement as the driver takes it: its text, and the values that are the same each time."""

    sql: str
    values: dict[str, Any]

    def run(self, connection: Connection, **values: Any) -> int:
        """Execute it; returns the rows written."""
        return connection.exec_driver_sql(
            self.sql, {**self.values, **values}, execution_options={"preserve_rowcount": True}
        ).rowcount


def ready(statement: Insert) -> Ready:
    """Compile once what is executed often: neither its tree is walked again, nor are its arrays written out again."""
    compiled = statement.compile(dialect=db.engine.dialect)
    state = compiled.construct_expanded_state({"at": None, "unit_id": None, "unit_ids": None})
    written = Transformer()
    values: dict[str, Any] = {}
    for name, value in state.parameters.items():
        processed = state.processors[name](value) if name in state.processors else value
        values[name] = (
            bytes(written.get_dumper(processed, PyFormat.TEXT).dump(processed) or b"").decode()
            if isinstance(processed, list)
            else processed
        )
    return Ready(state.statement, values)
