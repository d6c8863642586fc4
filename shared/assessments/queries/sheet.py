"""One unit's sheet: scores as counted, and the due items behind them. Five queries, whatever the sheet's length."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select, true

from shared.assessments.metrics import METRICS, Lack, Span
from shared.assessments.models import Entry, Line, Mark, Round, Scheme, Score
from shared.assessments.queries.rounds import COUNTING
from shared.assessments.queries.view import Evidence, HeadingView, LineView, Said, Sheet, by_day, priced
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
    settles_on = date(year, 12, 31) + timedelta(days=scheme.settle_days)
    return _sheet(unit, scheme, year=year, lap=None, settles_on=settles_on, mendable=today() <= settles_on)


def round_sheet(unit: Unit, lap: Round) -> Sheet | None:
    """The unit's sheet of a round, as counted within the round's span, with what people say of the other lines.

    None where the unit takes no part.
    """
    entered = select(Entry.id).where(Entry.round_id == lap.id, Entry.unit_id == unit.id)
    scheme = db.session.scalars(
        select(Scheme).where(Scheme.id == lap.scheme_id, entered.exists())
    ).one_or_none()
    if scheme is None:
        return None
    return _sheet(
        unit,
        scheme,
        year=lap.starts_on.year,
        lap=lap,
        settles_on=lap.review_until,
        mendable=lap.state in COUNTING,
    )


def _sheet(
    unit: Unit, scheme: Scheme, *, year: int, lap: Round | None, settles_on: date, mendable: bool
) -> Sheet:
    round_id = None if lap is None else lap.id
    rows = db.session.execute(
        select(Line, Score)
        .join(
            Score,
            and_(
                Score.tenant_id == Line.tenant_id,
                Score.line_id == Line.id,
                Score.year == year,
                Score.round_id.is_(None) if round_id is None else Score.round_id == round_id,
                Score.unit_id == unit.id,
            ),
            isouter=True,
        )
        .where(Line.scheme_id == scheme.id)
        .order_by(Line.ordinal)
    ).all()
    counted_at = max((score.counted_at for _line, score in rows if score is not None), default=None)
    span = _until(year, counted_at, lap)
    means, mean_rate = _means(year, [line.id for line, _score in rows], round_id)
    behind = _behind(unit, year, _kinds(line for line, _score in rows), span)
    said = {} if lap is None else _said(unit, lap)
    views = []
    for line, score in rows:
        view = _view(line, score, behind, mean=means.get(line.id), mendable=mendable)
        view = replace(view, lacks=_lacks(unit, view, span), in_round=lap is not None)
        if lap is not None and not _filled_by_ledger(line):
            view = _marked(view, said.get(line.id))
        views.append((line.heading, view))
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
        bonus_cap=scheme.bonus_cap,
    )


def _filled_by_ledger(line: Line) -> bool:
    return line.kind == "count" and line.metric in METRICS


def _said(unit: Unit, lap: Round) -> dict[int, Said]:
    """By line what the unit and the reviewer say."""
    marks = db.session.scalars(select(Mark).where(Mark.round_id == lap.id, Mark.unit_id == unit.id))
    return {
        mark.line_id: Said(
            self_points=mark.self_points,
            self_text=mark.self_text,
            points=mark.points,
            not_applicable=mark.not_applicable,
            raised=mark.raised,
            remark=mark.remark,
            from_ballot=mark.poll_id is not None,
        )
        for mark in marks
    }


def _marked(view: LineView, said: Said | None) -> LineView:
    """A line that people mark, with their word; without one it waits."""
    said = said or Said()
    return replace(view, metric=None, points=None if said.not_applicable else said.points, said=said, rows=())


def _lacks(unit: Unit, view: LineView, span: Span) -> tuple[Lack, ...]:
    if view.metric is None or not view.missing:
        return ()
    rows = METRICS[view.metric].lacks
    return () if rows is None else tuple(rows(unit.id, span, view.params))


def _until(year: int, counted_at: datetime | None, lap: Round | None) -> Span:
    """The span as of the day of counting, so that the rows agree with the points."""
    day = local(counted_at).date() if counted_at else today()
    return Span.of(year, day) if lap is None else Span.between(lap.starts_on, lap.ends_on, day)


def _kinds(lines: Iterable[Line]) -> list[str]:
    return sorted({kind for line in lines for kind in line.params.get("kinds", ())})


def _means(year: int, line_ids: list[int], round_id: int | None) -> tuple[dict[int, Decimal], Decimal | None]:
    """Mean points by line, and the mean rate of all units, of the tenant's units measured by this sheet."""
    scores = (
        select(Score.unit_id, Score.line_id, Score.points, Line.full_marks)
        .join(Line, and_(Line.tenant_id == Score.tenant_id, Line.id == Score.line_id))
        .where(
            Score.line_id.in_(line_ids),
            Score.year == year,
            Score.round_id.is_(None) if round_id is None else Score.round_id == round_id,
            Score.points.is_not(None),
        )
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
            DueItem.due_on >= span.since if span.since else true(),
            DueItem.due_on <= span.ends if span.ends else true(),
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
        rule_key=line.rule,
        standard=line.standard,
        ordinal=line.ordinal,
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
    return replace(view, rows=tuple(priced(sorted(rows, key=by_day), view, wanted)))
