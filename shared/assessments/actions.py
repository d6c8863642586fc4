"""Sheets come into a tenant, and scores are counted from its ledger."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    CursorResult,
    DateTime,
    Integer,
    Numeric,
    Select,
    SmallInteger,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.assessments.jobs import SCORE
from shared.assessments.metrics import COLUMNS, METRICS, CountedLine, Span
from shared.assessments.models import Line, Scheme, Score
from shared.assessments.packs import shipped_sheets
from shared.assessments.queries.board import stale
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.jobs import Job, enqueue
from shared.organisations.models import Unit

#: What a line takes off where its sheet does not say: nothing.
_RATES = ("per_missing", "per_made_up", "per_flaw")


def adopt_sheets(actor: Actor, *, tenant_kind: str) -> int:
    """Copy the shipped sheets for a bureau's or a union's units into the open tenant; returns how many were new.

    Twice copies nothing twice; a sheet the tenant has changed stays as it is.
    """
    known = {(row.key, row.version) for row in db.session.execute(select(Scheme.key, Scheme.version))}
    fresh = 0
    for sheet in shipped_sheets():
        if sheet.tenant_kind != tenant_kind or (sheet.key, sheet.version) in known:
            continue
        scheme = Scheme(
            key=sheet.key,
            version=sheet.version,
            name=sheet.name,
            applies={"unit_kinds": sheet.unit_kinds, "sectors": sheet.sectors},
            source=sheet.source,
            settle_days=sheet.settle_days,
        )
        db.session.add(scheme)
        db.session.flush()
        db.session.execute(
            insert(Line),
            [
                {
                    "scheme_id": scheme.id,
                    "ordinal": ordinal,
                    "heading": line.heading,
                    "name": line.name,
                    "kind": line.kind,
                    "full_marks": line.full,
                    "metric": line.metric,
                    "params": line.params,
                }
                for ordinal, line in enumerate(sheet.lines, start=1)
            ],
        )
        record(
            actor,
            verb="scheme.adopt",
            object_type="assessment_scheme",
            object_id=scheme.id,
            detail={"key": sheet.key, "version": sheet.version},
        )
        fresh += 1
    return fresh


def request_scoring(actor: Actor, *, year: int, form_key: str | None = None) -> Job:
    """Have the scores of the actor's reach counted by a worker."""
    paths = [reached.path for reached in actor.reaches(Permission.SCORE_RUN)]
    return enqueue(
        actor,
        SCORE,
        args={"year": year, "paths": None if None in paths else paths},
        subject=str(year),
        form_key=form_key,
    )


def score_units(
    actor: Actor,
    *,
    year: int,
    unit_path: str | None = None,
    paths: Sequence[str] | None = None,
    unit_ids: Sequence[int] | None = None,
) -> int:
    """Count the year's lines of every unit in question as of today, by one statement; returns the lines written.

    Narrowed by one part of the tree, several, or single units; by nothing: the whole tenant. A line's points are
    max(0, full marks − Σ deductions) (domain facts §6); a unit that was asked nothing gets none, and the line leaves
    its denominator.
    """
    lines = db.session.execute(
        select(Line.id, Line.scheme_id, Line.full_marks, Line.metric, Line.params, Scheme.applies)
        .join(Scheme, and_(Scheme.tenant_id == Line.tenant_id, Scheme.id == Line.scheme_id))
        .where(Scheme.enabled, Line.metric.in_(METRICS))
        .order_by(Line.id)
    ).all()
    if not lines:
        return 0
    units = _units(_measured(lines), unit_path=unit_path, paths=paths, unit_ids=unit_ids)
    marks = _marks(lines)
    counts = _counts(lines, units, marks, Span.of(year, today()))
    lost = (
        marks.c.per_missing * (counts.c.due_count - counts.c.done_count)
        + marks.c.per_made_up * counts.c.made_up_count
        + marks.c.per_flaw * counts.c.flawed_count
    )
    statement = upsert(Score).from_select(
        _WRITTEN,
        select(
            cast(literal(year), SmallInteger),
            counts.c.unit_id,
            counts.c.line_id,
            counts.c.due_count,
            counts.c.done_count,
            counts.c.made_up_count,
            counts.c.flawed_count,
            case(
                (counts.c.due_count > 0, func.greatest(literal(0), marks.c.full_marks - lost)),
                else_=null(),
            ),
            literal(now(), DateTime(timezone=True)),
        )
        .select_from(counts)
        .join(marks, marks.c.line_id == counts.c.line_id),
        include_defaults=False,
    )
    written = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "year", "unit_id", "line_id"],
            set_={name: statement.excluded[name] for name in _WRITTEN[3:]},
        ),
        execution_options={"preserve_rowcount": True},
    )
    total = written.rowcount if isinstance(written, CursorResult) else 0
    if actor.person_id is not None:
        # What the schedule counts again each minute is no act of anybody.
        record(
            actor, verb="assessment.score", object_type="assessment", detail={"year": year, "lines": total}
        )
    return total


_WRITTEN = [
    "year",
    "unit_id",
    "line_id",
    "due_count",
    "done_count",
    "made_up_count",
    "flawed_count",
    "points",
    "counted_at",
]


def years_in_count(settle_days: int) -> list[int]:
    """The present year, and the last one until it settles."""
    day = today()
    last = [day.year - 1] if day <= date(day.year - 1, 12, 31) + timedelta(days=settle_days) else []
    return [day.year, *last]


def score_changed(actor: Actor) -> int:
    """Count again the units whose ledger has changed since the last time; returns the lines written.

    Called by the sweep each minute; cheap when nothing has changed.
    """
    found = stale()
    if not found.everything and not found.unit_ids:
        return 0
    began = now()
    written = 0
    for year in years_in_count(found.settle_days):
        if found.everything:
            written += score_units(actor, year=year)
        else:
            written += score_units(actor, year=year, unit_ids=found.unit_ids)
    db.session.execute(update(Scheme).where(Scheme.enabled).values(swept_at=began))
    return written


def score_all(actor: Actor) -> int:
    """The nightly count: what fell due yesterday is asked today."""
    db.session.execute(update(Scheme).where(Scheme.enabled).values(swept_at=None))
    return score_changed(actor)


def _column(values: list[Any], type_: type[BigInteger] | type[Numeric[Any]] | type[Text], name: str) -> Any:
    """One column of rows that are sent along as arrays."""
    return func.unnest(cast(literal(values, ARRAY(type_)), ARRAY(type_))).label(name)


def _measured(lines: Sequence[Any]) -> Subquery:
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


def _units(
    measured: Subquery,
    *,
    unit_path: str | None,
    paths: Sequence[str] | None,
    unit_ids: Sequence[int] | None,
) -> CTE:
    """The units to count, each with the sheet it is measured by."""
    statement = (
        select(Unit.tenant_id, Unit.id, Unit.term_ends_on, Unit.duties_since, measured.c.scheme_id)
        .join(measured, and_(measured.c.kind == Unit.kind, measured.c.sector == Unit.sector))
        .where(Unit.state == "active")
    )
    chosen = [unit_path] if unit_path is not None else paths
    if chosen is not None:
        statement = statement.where(or_(false(), *(func.starts_with(Unit.path, path) for path in chosen)))
    if unit_ids is not None:
        statement = statement.where(Unit.id.in_(unit_ids))
    return statement.cte("counted_unit")


def _marks(lines: Sequence[Any]) -> Subquery:
    """(line_id, scheme_id, full_marks, per_missing, per_made_up, per_flaw) as rows."""
    return select(
        _column([line.id for line in lines], BigInteger, "line_id"),
        _column([line.scheme_id for line in lines], BigInteger, "scheme_id"),
        _column([line.full_marks for line in lines], Numeric, "full_marks"),
        *(
            _column([Decimal(str(line.params.get(rate, 0))) for line in lines], Numeric, rate)
            for rate in _RATES
        ),
    ).subquery("marks")


def _counts(lines: Sequence[Any], units: CTE, marks: Subquery, span: Span) -> Subquery:
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
