"""Metrics over due items: was it held, in time, and whole."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

from shared.assessments.metrics.span import CountedLine, Span, pairs
from shared.duties.models import DueItem
from shared.events.models import Event
from shared.tenants.queries import setting


def _kinds(lines: Sequence[CountedLine]) -> Subquery:
    return pairs([(line.id, kind) for line in lines for kind in line.params["kinds"]], "kind")


def asked(span: Span) -> ColumnElement[bool]:
    """A due item that counts: of the year, its window over or its duty done; never exempt or withdrawn."""
    return and_(
        DueItem.year == span.year,
        or_(DueItem.state == "done", and_(DueItem.state == "open", DueItem.due_on < span.until)),
        true() if span.since is None else DueItem.due_on >= span.since,
        true() if span.ends is None else DueItem.due_on <= span.ends,
    )


def earned() -> ColumnElement[bool]:
    """A due item that counts as done. What was entered from an old ledger counts where the tenant has chosen so."""
    done = DueItem.state == "done"
    if setting("score_backfilled"):
        return done
    # Few or none, found by the index of what imports have filed.
    entered_later = select(Event.id).where(Event.batch_id.is_not(None), Event.backfilled)
    return and_(done, DueItem.event_id.not_in(entered_later))


def _count(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    kinds = _kinds(lines)
    done = earned()
    return (
        select(
            kinds.c.line_id,
            DueItem.unit_id,
            func.count().label("due_count"),
            func.count().filter(done).label("done_count"),
            func.count().filter(and_(done, DueItem.made_up)).label("made_up_count"),
        )
        .select_from(DueItem)
        .join(kinds, kinds.c.kind == DueItem.kind)
        .join(units, and_(units.c.tenant_id == DueItem.tenant_id, units.c.id == DueItem.unit_id))
        # A period that ended before the unit's start is nobody's fault.
        .where(asked(span), DueItem.due_on >= units.c.duties_since)
        .group_by(kinds.c.line_id, DueItem.unit_id)
    )


def held(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """params.kinds: one mark of a duty for each due item of these kinds."""
    return _count(lines, units, span).add_columns(literal_column("0").label("flawed_count"))


def held_whole(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """As `held`; an event that leaves one of params.fields empty is flawed."""
    fields = pairs([(line.id, name) for line in lines for name in line.params["fields"]], "field")
    lacks = (
        select(literal(1))
        .select_from(fields)
        .where(
            fields.c.line_id == _line_of(lines),
            func.coalesce(Event.fields.op("->>")(fields.c.field), "") == "",
        )
        .exists()
    )
    flawed = func.count().filter(and_(earned(), lacks))
    return (
        _count(lines, units, span)
        .join(Event, and_(Event.tenant_id == DueItem.tenant_id, Event.id == DueItem.event_id), isouter=True)
        .add_columns(flawed.label("flawed_count"))
    )


def _line_of(lines: Sequence[CountedLine]) -> ColumnElement[int]:
    """The line that counts a due item's kind; a kind counts in one whole-line only."""
    return case(
        {kind: line.id for line in lines for kind in line.params["kinds"]}, value=DueItem.kind, else_=0
    )
