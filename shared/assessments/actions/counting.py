"""Scores are counted from the ledger: of the running year, and of open rounds."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    DateTime,
    SmallInteger,
    TextClause,
    bindparam,
    case,
    cast,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.assessments.actions.statements import (
    READ,
    READ_OF_ROUND,
    Ready,
    counts_of,
    marks_of,
    measured_by,
    points_sql,
    ready,
    unchanged,
    units_entered,
    units_in,
)
from shared.assessments.jobs import SCORE
from shared.assessments.metrics import METRICS, Span
from shared.assessments.models import Round, Scheme, Score
from shared.assessments.queries.board import stale, stale_since
from shared.assessments.queries.rounds import COUNTING, open_rounds
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.jobs import Job, enqueue
from shared.tenancy import current_tenant


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
    lap: Round | None = None,
) -> int:
    """Count the year's lines of every unit in question as of today, by one statement for each sheet; returns the lines
    written.

    Narrowed by one part of the tree, several, or single units; by nothing: the whole tenant. Of a round (`lap`): the
    lines of its scheme, for those who take part, within its span. A line's points are max(0, full marks − Σ deductions)
    (domain facts §6) or what its rule says; a unit that was asked nothing gets none, and the line leaves its
    denominator.
    """
    db.session.flush()
    connection = db.session.connection()
    span = Span.of(year, today()) if lap is None else Span.between(lap.starts_on, lap.ends_on, today())
    below = paths if unit_path is None else [unit_path]
    asked = {
        "unit_ids": None if unit_ids is None else list(unit_ids),
        "unit_id": unit_ids[0] if unit_ids else None,
        "scheme_id": None if lap is None else lap.scheme_id,
    }
    kind = _Kind(
        span,
        None if lap is None else lap.id,
        None if below is None else tuple(below),
        "" if unit_ids is None else "one" if len(unit_ids) == 1 else "several",
    )
    at = now()
    # Most often the sheets read as they did the last time; a statement writes nothing where they do not.
    known = _KNOWN.get((current_tenant(), kind), ())
    total = sum(statement.run(connection, at=at, **asked) for statement in known)
    if not total:
        found = connection.execute(READ if lap is None else READ_OF_ROUND, asked).one()
        if found.lines is None:
            return 0
        known = _statements(found.lines, found.setting, None if lap is None else lap.scheme_id, kind)
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[current_tenant(), kind] = known
        total = sum(statement.run(connection, at=at, **asked) for statement in known)
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
    "round_id",
]


class _Kind(NamedTuple):
    """What makes one statement another, beside the lines it counts."""

    span: Span
    round_id: int | None
    below: tuple[str, ...] | None
    #: Whether units are named: "one", "several", or none ("").
    chosen: str


#: How many kinds of statements are remembered.
MOST_KNOWN = 256
#: By tenant and kind the statements that counted the last time.
_KNOWN: dict[tuple[int, _Kind], tuple[Ready, ...]] = {}


class _Line(NamedTuple):
    """A line as the statement needs it, in the order of READ."""

    id: int
    scheme_id: int
    full_marks: Decimal
    metric: str
    rule: str
    params: dict[str, Any]
    applies: dict[str, Any]


@lru_cache(maxsize=64)
def _statements(lines: str, setting: str | None, scheme_id: int | None, kind: _Kind) -> tuple[Ready, ...]:
    """The statements that count these lines, sheet by sheet: a metric counts its lines for every unit it is given.

    Kept, because putting one together costs several times what one unit's count does. Everything it depends on is an
    argument; `setting` is read again by the metrics over duties.
    """
    sheets: dict[int, list[_Line]] = {}
    for line in (_Line(*row) for row in json.loads(lines)):
        if line.metric in METRICS:
            sheets.setdefault(line.scheme_id, []).append(line._replace(full_marks=Decimal(line.full_marks)))
    same = unchanged(lines, setting, scheme_id)
    return tuple(ready(_statement(sheet, same, kind)) for sheet in sheets.values())


def _statement(lines: Sequence[_Line], same: TextClause, kind: _Kind) -> Insert:
    """The statement that counts the lines of one sheet for its units, as of `at`, for `unit_ids` where chosen; it
    writes nothing unless the sheets are the `same`."""
    span, round_id, below, chosen = kind
    if round_id is None:
        units = units_in(measured_by(lines), same, paths=below, chosen=chosen)
    else:
        units = units_entered(round_id, lines[0].scheme_id, same, chosen=chosen)
    marks = marks_of(lines)
    counts = counts_of(lines, units, marks, span)
    statement = upsert(Score).from_select(
        _WRITTEN,
        select(
            cast(literal(span.year), SmallInteger),
            counts.c.unit_id,
            counts.c.line_id,
            counts.c.due_count,
            counts.c.done_count,
            counts.c.made_up_count,
            counts.c.flawed_count,
            case((counts.c.due_count > 0, points_sql(lines, counts, marks)), else_=null()),
            bindparam("at", type_=DateTime(timezone=True)),
            cast(literal(round_id), BigInteger),
        )
        .select_from(counts)
        .join(marks, marks.c.line_id == counts.c.line_id),
        include_defaults=False,
    )
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "year", "unit_id", "line_id", "round_id"],
        set_={name: statement.excluded[name] for name in _WRITTEN[3:-1]},
    )


def years_in_count(settle_days: int) -> list[int]:
    """The present year, and the last one until it settles."""
    day = today()
    last = [day.year - 1] if day <= date(day.year - 1, 12, 31) + timedelta(days=settle_days) else []
    return [day.year, *last]


def score_changed(actor: Actor) -> int:
    """Count again the units whose ledger has changed since the last time, in the running year and in each round that is
    not confirmed; returns the lines written.

    Called by the sweep each minute; cheap when nothing has changed.
    """
    began = now()
    written = 0
    for lap in open_rounds():
        # The same lock as confirming a round: what stands is counted no more.
        held = db.session.scalar(
            select(Round)
            .where(Round.id == lap.id, Round.state.in_(COUNTING))
            .with_for_update(skip_locked=True)
        )
        if held is None:
            continue
        changed = stale_since(held.swept_at)
        if changed is None or changed:
            written += score_units(actor, year=held.starts_on.year, unit_ids=changed, lap=held)
            held.swept_at = began
    found = stale()
    if not found.everything and not found.unit_ids:
        return written
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
    db.session.execute(update(Round).where(Round.state.in_(COUNTING)).values(swept_at=None))
    return score_changed(actor)
