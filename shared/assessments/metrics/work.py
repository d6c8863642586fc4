"""Metrics over work that was asked for: findings put right, tasks done."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.assessments.metrics.span import CountedLine, Lack, Span
from shared.clock import ZONE
from shared.db import db
from shared.findings.models import Finding
from shared.plans.models import Task

#: How many rows of one unit are shown.
MOST = 100


def _asked(row: type[Finding] | type[Task], span: Span, done: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(
        row.due_on.between(span.first, span.last),
        row.state.not_in(("void", "withdrawn")),
        or_(done, row.due_on < span.until),
    )


def _count(
    row: type[Finding] | type[Task],
    lines: Sequence[CountedLine],
    units: CTE,
    span: Span,
    *,
    done: ColumnElement[bool],
    late: ColumnElement[bool],
) -> Select[Any]:
    ids = cast(literal([line.id for line in lines], ARRAY(BigInteger)), ARRAY(BigInteger))
    counts = (
        select(
            row.unit_id,
            func.count().label("due"),
            func.count().filter(done).label("done"),
            func.count().filter(done, late).label("late"),
        )
        .join(units, and_(units.c.tenant_id == row.tenant_id, units.c.id == row.unit_id))
        .where(_asked(row, span, done), row.due_on >= units.c.duties_since)
        .group_by(row.unit_id)
        .subquery("asked")
    )
    return select(
        func.unnest(ids).label("line_id"),
        counts.c.unit_id,
        cast(counts.c.due, Integer).label("due_count"),
        cast(counts.c.done, Integer).label("done_count"),
        cast(counts.c.late, Integer).label("made_up_count"),
        literal(0).label("flawed_count"),
    )


_CLOSED = Finding.state == "closed"
_DONE = Task.state.in_(("done", "confirmed"))


def findings_closed(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """due: findings whose last day lies in the span; done: closed; closed after that day is made up."""
    return _count(Finding, lines, units, span, done=_CLOSED, late=Finding.closed_on > Finding.due_on)


def tasks_done(lines: Sequence[CountedLine], units: CTE, span: Span) -> Select[Any]:
    """due: tasks whose last day lies in the span; done: handed in, confirmed or not: that is up to who asked for it."""
    said_on = cast(func.timezone(ZONE.key, Task.done_at), Date)
    return _count(Task, lines, units, span, done=_DONE, late=said_on > Task.due_on)


def findings_open(unit_id: int, span: Span, _params: dict[str, Any]) -> list[Lack]:
    """The findings of a unit that were due and are not closed."""
    rows = db.session.execute(
        select(Finding.id, Finding.point, Finding.due_on)
        .where(Finding.unit_id == unit_id, _asked(Finding, span, _CLOSED), ~_CLOSED)
        .order_by(Finding.due_on, Finding.id)
        .limit(MOST)
    )
    return [Lack(row.point, row.due_on, "findings.show", {"finding_id": row.id}) for row in rows]


def tasks_open(unit_id: int, span: Span, _params: dict[str, Any]) -> list[Lack]:
    """The tasks of a unit that were due and are not done."""
    rows = db.session.execute(
        select(Task.id, Task.title, Task.due_on)
        .where(Task.unit_id == unit_id, _asked(Task, span, _DONE), ~_DONE)
        .order_by(Task.due_on, Task.id)
        .limit(MOST)
    )
    return [Lack(row.title, row.due_on, "tasks.show", {"task_id": row.id}) for row in rows]
