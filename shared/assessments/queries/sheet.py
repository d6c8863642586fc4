"""One unit's sheet: scores as counted, and the due items behind them. Five queries, whatever the sheet's length."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select

from shared.assessments.metrics import METRICS, Span
from shared.assessments.models import Line, Scheme, Score
from shared.assessments.queries.view import NOTHING, Evidence, HeadingView, LineView, Sheet, points_of
from shared.clock import local, today
from shared.db import db
from shared.duties.models import DueItem
from shared.events.models import Event
from shared.organisations.models import Unit
from shared.tenants.queries import setting


def applies(scheme: type[Scheme], unit: type[Unit]) -> ColumnElement[bool]:
    """The condition that a sheet measures a unit."""
    return and_(
        scheme.applies["unit_kinds"].has_key(unit.kind),
        scheme.applies["sectors"].has_key(unit.sector),
    )


def unit_sheet(unit: Unit, *, year: int) -> Sheet | None:
    """The unit's sheet of the year with everything behind it; None where no sheet measures its kind."""
    scheme = db.session.scalars(
        select(Scheme)
        .join(Unit, and_(Unit.tenant_id == Scheme.tenant_id, applies(Scheme, Unit)))
        .where(Unit.id == unit.id, Scheme.enabled)
        .order_by(Scheme.id)
        .limit(1)
    ).one_or_none()
    if scheme is None:
        return None
    rows = db.session.execute(
        select(Line, Score)
        .join(
            Score,
            and_(
                Score.tenant_id == Line.tenant_id,
                Score.line_id == Line.id,
                Score.year == year,
                Score.unit_id == unit.id,
            ),
            isouter=True,
        )
        .where(Line.scheme_id == scheme.id)
        .order_by(Line.ordinal)
    ).all()
    counted_at = max((score.counted_at for _line, score in rows if score is not None), default=None)
    settles_on = date(year, 12, 31) + timedelta(days=scheme.settle_days)
    means, mean_rate = _means(year, [line.id for line, _score in rows])
    behind = _behind(unit, year, _kinds(line for line, _score in rows), _until(year, counted_at))
    mendable = today() <= settles_on
    views = [
        (line.heading, _view(line, score, behind, mean=means.get(line.id), mendable=mendable))
        for line, score in rows
    ]
    return Sheet(
        name=scheme.name,
        source=scheme.source,
        year=year,
        settles_on=settles_on,
        counted_at=counted_at,
        headings=tuple(
            HeadingView(heading, tuple(view for _heading, view in group))
            for heading, group in groupby(views, key=lambda pair: pair[0])
        ),
        mean_rate=mean_rate,
    )


def _until(year: int, counted_at: datetime | None) -> Span:
    """The span as of the day of counting, so that the rows agree with the points."""
    return Span.of(year, local(counted_at).date() if counted_at else today())


def _kinds(lines: Iterable[Line]) -> list[str]:
    return sorted({kind for line in lines for kind in line.params.get("kinds", ())})


def _means(year: int, line_ids: list[int]) -> tuple[dict[int, Decimal], Decimal | None]:
    """Mean points by line, and the mean rate of all units, of the tenant's units measured by this sheet."""
    scores = (
        select(Score.unit_id, Score.line_id, Score.points, Line.full_marks)
        .join(Line, and_(Line.tenant_id == Score.tenant_id, Line.id == Score.line_id))
        .where(Score.line_id.in_(line_ids), Score.year == year, Score.points.is_not(None))
        .subquery()
    )
    by_line = db.session.execute(
        select(scores.c.line_id, func.avg(scores.c.points)).group_by(scores.c.line_id)
    ).all()
    rates = (
        select((func.sum(scores.c.points) * 100 / func.sum(scores.c.full_marks)).label("rate"))
        .group_by(scores.c.unit_id)
        .subquery()
    )
    return {row[0]: row[1] for row in by_line}, db.session.scalar(select(func.avg(rates.c.rate)))


def _behind(unit: Unit, year: int, kinds: list[str], span: Span) -> dict[str, list[Evidence]]:
    """The unit's due items of the year by kind, each with its state on the day of counting."""
    found: dict[str, list[Evidence]] = defaultdict(list)
    if not kinds:
        return found
    scored = bool(setting("score_backfilled"))
    rows = db.session.execute(
        select(DueItem, Event.fields, Event.backfilled)
        .join(Event, and_(Event.tenant_id == DueItem.tenant_id, Event.id == DueItem.event_id), isouter=True)
        .where(
            DueItem.unit_id == unit.id,
            DueItem.year == year,
            DueItem.due_on >= unit.duties_since,
            DueItem.kind.in_(kinds),
            DueItem.state.in_(("open", "done")),
        )
        .order_by(DueItem.due_on, DueItem.kind, DueItem.ordinal)
    )
    for row in rows:
        found[row.DueItem.kind].append(_evidence(row, span, scored=scored))
    return found


def _evidence(row: Row[Any], span: Span, *, scored: bool) -> Evidence:
    item: DueItem = row.DueItem
    if item.state == "done" and row.backfilled and not scored:
        state = "later"
    elif item.state == "done":
        state = "made_up" if item.made_up else "done"
    elif item.due_on < span.until:
        state = "missing"
    else:
        state = "open" if item.opens_on <= span.until else "ahead"
    return Evidence(
        due_item_id=item.id,
        kind=item.kind,
        period=item.period,
        opens_on=item.opens_on,
        due_on=item.due_on,
        state=state,
        event_id=item.event_id,
        held_on=item.held_on,
        given=frozenset(code for code, value in (row.fields or {}).items() if value not in (None, "")),
    )


def _view(
    line: Line,
    score: Score | None,
    behind: dict[str, list[Evidence]],
    *,
    mean: Decimal | None,
    mendable: bool,
) -> LineView:
    view = LineView(
        id=line.id,
        name=line.name,
        kind=line.kind,
        full=line.full_marks,
        metric=line.metric,
        params=line.params,
        mean=mean,
        mendable=mendable,
    )
    if score is not None:
        view = replace(
            view,
            points=score.points,
            due=score.due_count,
            done=score.done_count,
            made_up=score.made_up_count,
            flawed=score.flawed_count,
        )
    if line.metric is None or not METRICS[line.metric].from_duties:
        return view
    wanted = tuple(line.params.get("fields", ()))
    rows = [row for kind in line.params["kinds"] for row in behind.get(kind, ())]
    return replace(view, rows=tuple(_priced(sorted(rows, key=_by_day), view, wanted)))


def _by_day(row: Evidence) -> tuple[date, int]:
    return row.due_on, row.due_item_id


def _priced(rows: list[Evidence], line: LineView, wanted: tuple[str, ...]) -> list[Evidence]:
    """Each row with what it takes off, and what making it up brings back as the next one to be made up."""
    missing, made_up, flaw = line.rate("per_missing"), line.rate("per_made_up"), line.rate("per_flaw")
    known = [_flawed(row, wanted) for row in rows]
    lost = sum((_loss(row, missing, made_up, flaw) for row in known), NOTHING)
    priced = []
    for row in known:
        gain = NOTHING
        if row.state == "missing" and line.mendable:
            gain = points_of(full=line.full, lost=lost - missing + made_up) - points_of(
                full=line.full, lost=lost
            )
            lost = lost - missing + made_up
        elif row.state == "open":
            gain = points_of(full=line.full, lost=lost) - points_of(full=line.full, lost=lost + missing)
        priced.append(replace(row, loss=_loss(row, missing, made_up, flaw), gain=gain))
    return priced


def _flawed(row: Evidence, wanted: tuple[str, ...]) -> Evidence:
    """The row with the fields that the line wants and the record leaves empty."""
    held = row.state in ("done", "made_up")
    return replace(row, lacking=tuple(code for code in wanted if code not in row.given) if held else ())


def _loss(row: Evidence, missing: Decimal, made_up: Decimal, flaw: Decimal) -> Decimal:
    if row.state in ("missing", "later"):
        return missing
    return (made_up if row.state == "made_up" else NOTHING) + (flaw if row.lacking else NOTHING)
