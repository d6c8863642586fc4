"""A sheet is tried on a past year before it is issued: the counting's own SQL, nothing kept of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, insert, literal, select

from shared.access.actor import SYSTEM, Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.actions.counting import score_units
from shared.assessments.actions.schemes.issuing import measured_by
from shared.assessments.grades import Places, Standing, grade_units, grading_of, places
from shared.assessments.models import Entry, Line, Round, Scheme, Score
from shared.assessments.queries.rounds import line_points, totals
from shared.db import db
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.models import Unit

#: Units with the most loss that a trial opens.
WORST = 10
#: Bars of the distribution: units below each rate in per cent, from the one before.
BANDS = (50, 60, 70, 80, 90, 95, 100)


@dataclass(frozen=True, slots=True)
class LostLine:
    """A counted line of one unit that lost marks."""

    name: str
    full: Decimal
    points: Decimal
    due: int
    done: int


@dataclass(frozen=True, slots=True)
class Worst:
    unit_id: int
    name: str
    earned: Decimal
    possible: Decimal
    rate: Decimal
    lines: Sequence[LostLine]


@dataclass(frozen=True, slots=True)
class HeadingMean:
    """Mean rate of a heading over the units it was asked of; None: it was asked of none."""

    name: str
    full: Decimal
    rate: Decimal | None


@dataclass(slots=True)
class Trial:
    """What a sheet would have come to. Only what the ledger holds is counted; other lines leave the denominator."""

    year: int
    units: int = 0
    #: Units without anything asked: no rate.
    unasked: int = 0
    mean: Decimal | None = None
    bands: list[tuple[str, int]] = field(default_factory=list)
    headings: list[HeadingMean] = field(default_factory=list)
    worst: list[Worst] = field(default_factory=list)
    grades: list[Places] = field(default_factory=list)
    #: Marks of the lines that nobody counts yet: they need a reviewer, a ballot or evidence.
    by_people: Decimal = Decimal(0)


def measured_units(actor: Actor, scheme: Scheme) -> Select[Any]:
    """The active units in reach that a sheet measures."""
    pairs = sorted(measured_by(scheme.applies))
    chosen = func.concat(Unit.kind, " ", Unit.sector).in_([f"{kind} {sector}" for kind, sector in pairs])
    return select(Unit.id).where(
        Unit.state == "active", chosen, reach_filter(actor, Permission.SCHEME_EDIT, Unit.path)
    )


def try_scheme(actor: Actor, *, scheme: Scheme, year: int) -> Trial:
    """Count a sheet on a year for the units in reach, in a savepoint that is rolled back. Raises Invalid."""
    trial = Trial(year)
    savepoint = db.session.begin_nested()
    try:
        lap = _lap(actor, scheme, year, trial)
        if lap is not None:
            score_units(SYSTEM, year=year, lap=lap)
            _read(trial, lap, scheme)
    finally:
        savepoint.rollback()
    return trial


def _lap(actor: Actor, scheme: Scheme, year: int, trial: Trial) -> Round | None:
    """A round of the whole year with every unit in it; it is never seen by anybody."""
    root = db.session.scalar(measured_units(actor, scheme).order_by(Unit.path).limit(1))
    if root is None:
        return None
    first, last = date(year, 1, 1), date(year, 12, 31)
    given = {
        "scheme_id": scheme.id,
        "unit_id": root,
        "name": "trial",
        "period": "year",
        "starts_on": first,
        "ends_on": last,
        "self_until": last,
        "review_until": last,
        "appeal_until": last,
        "form_key": secrets.token_hex(12),
    }
    lap_id = db.session.execute(insert(Round).values(**given).returning(Round.id)).scalar_one()
    entered = db.session.execute(
        insert(Entry)
        .from_select(
            ["round_id", "unit_id"],
            select(literal(lap_id), measured_units(actor, scheme).subquery().c.id),
            include_defaults=False,
        )
        .returning(Entry.id)
    )
    trial.units = len(entered.all())
    # Not of the session: it must not outlive the savepoint.
    return Round(id=lap_id, **given)


def _read(trial: Trial, lap: Round, scheme: Scheme) -> None:
    """Everything the page shows, while the rows are there."""
    sums = totals(lap)
    rows = db.session.execute(
        select(sums.c.unit_id, sums.c.earned, sums.c.possible, sums.c.rate, sums.c.vetoed, Unit.name)
        .join(Unit, Unit.id == sums.c.unit_id)
        .order_by(sums.c.rate.asc().nulls_last(), Unit.path)
    ).all()
    asked = [row for row in rows if row.rate is not None]
    trial.unasked = len(rows) - len(asked)
    if asked:
        trial.mean = sum((row.rate for row in asked), Decimal(0)) / len(asked)
    trial.bands = _bands([row.rate for row in asked])
    trial.headings, trial.by_people = _headings(lap, scheme)
    worst = [row for row in asked if row.earned < row.possible][:WORST]
    lost = _lost(lap, [row.unit_id for row in worst])
    trial.worst = [
        Worst(row.unit_id, row.name, row.earned, row.possible, row.rate, lost.get(row.unit_id, []))
        for row in worst
    ]
    try:
        grading = grading_of(scheme.grading)
    except Invalid:
        grading = None
    if grading is not None:
        standings = [Standing(row.unit_id, row.rate, bool(row.vetoed)) for row in rows]
        trial.grades = list(places(standings, grade_units(standings, grading), grading))


def _bands(rates: Sequence[Decimal]) -> list[tuple[str, int]]:
    found = []
    below = Decimal(-1)
    for edge in BANDS:
        count = sum(1 for rate in rates if below <= rate < edge)
        word = _("below %(n)s", n=edge) if below < 0 else f"{below:f}–{edge}"
        found.append((word, count))
        below = Decimal(edge)
    return [*found, (_("%(n)s and more", n=BANDS[-1]), sum(1 for rate in rates if rate >= below))]


def _headings(lap: Round, scheme: Scheme) -> tuple[list[HeadingMean], Decimal]:
    points = line_points(lap).subquery("points")
    rows = db.session.execute(
        select(
            Line.heading,
            func.min(Line.ordinal).label("first"),
            func.sum(points.c.points).label("had"),
            func.sum(points.c.full).filter(points.c.points.is_not(None)).label("possible"),
        )
        .join(points, points.c.line_id == Line.id)
        .where(Line.kind.not_in(("bonus", "veto")))
        .group_by(Line.heading)
        .order_by("first")
    ).all()
    lines = db.session.scalars(
        select(Line).where(Line.scheme_id == scheme.id, Line.kind.not_in(("bonus", "veto")))
    ).all()
    full: dict[str, Decimal] = {}
    for line in lines:
        full[line.heading] = full.get(line.heading, Decimal(0)) + line.full_marks
    means = [
        HeadingMean(row.heading, full[row.heading], row.had * 100 / row.possible if row.possible else None)
        for row in rows
    ]
    return means, sum((line.full_marks for line in lines if line.metric is None), Decimal(0))


def _lost(lap: Round, unit_ids: Sequence[int]) -> dict[int, list[LostLine]]:
    """The counted lines of these units that lost marks, in the sheet's order."""
    found: dict[int, list[LostLine]] = {}
    rows = db.session.execute(
        select(Score.unit_id, Line.name, Line.full_marks, Score.points, Score.due_count, Score.done_count)
        .join(Line, Line.id == Score.line_id)
        .where(Score.round_id == lap.id, Score.unit_id.in_(unit_ids), Score.points < Line.full_marks)
        .order_by(Score.unit_id, Line.ordinal)
    )
    for row in rows:
        line = LostLine(row.name, row.full_marks, row.points, row.due_count, row.done_count)
        found.setdefault(row.unit_id, []).append(line)
    return found
