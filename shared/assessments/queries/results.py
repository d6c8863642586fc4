"""Results of a round: units by rate, last time's beside, bands, means. Units may be ranked; persons never."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, true, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.models import Entry, Line, Round, Scheme
from shared.assessments.queries.rounds import line_points
from shared.db import db
from shared.organisations.models import Unit
from shared.tenants.queries import setting

PAGE = 50
#: A round in these states has results; in the last two the units see them.
RESULTS = ("confirmed", "published", "final")
PUBLIC = ("published", "final")
VIEWS = ("all", "top", "middle", "tail", "up", "down", "vetoed")
_NO_RATE = Decimal(-1)


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """`view`: all, a band (top, middle, tail), who has a better or a worse rate than last time, or is vetoed.

    `grade`: a key of the ladder, or "-" for none. `after`: rate and unit of the last row before this page.
    """

    #: 0: no round is named, and there is nothing to show.
    round_id: int = 0
    view: str = "all"
    grade: str | None = None
    sector: str | None = None
    after: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ResultRow:
    entry_id: int
    unit_id: int
    name: str
    above: str | None
    sector: str | None
    earned: Decimal | None
    possible: Decimal | None
    rate: Decimal | None
    vetoed: bool
    grade: str | None
    grade_reason: str
    grade_why: dict[str, Any]
    revision: int
    #: Units with at least this rate, and with at most this rate, this one among them.
    at_least: int
    at_most: int
    units: int
    band: str | None
    last_rate: Decimal | None
    last_grade: str | None

    @property
    def moved(self) -> Decimal | None:
        return None if self.rate is None or self.last_rate is None else self.rate - self.last_rate

    @property
    def cursor(self) -> tuple[str, int]:
        return str(_NO_RATE if self.rate is None else self.rate), self.unit_id


def _last(lap: Round) -> Any:
    """(unit_id, rate, grade) of each unit in the latest earlier round of the same sheet and length of time."""
    old, old_scheme, entry = aliased(Round), aliased(Scheme), aliased(Entry)
    key = select(Scheme.key).where(Scheme.id == lap.scheme_id).scalar_subquery()
    newest = func.row_number().over(partition_by=entry.unit_id, order_by=(old.ends_on.desc(), old.id.desc()))
    ranked = (
        select(entry.unit_id, entry.rate, entry.grade, entry.round_id, newest.label("place"))
        .join(old, and_(old.tenant_id == entry.tenant_id, old.id == entry.round_id))
        .join(old_scheme, and_(old_scheme.tenant_id == old.tenant_id, old_scheme.id == old.scheme_id))
        .where(
            old_scheme.key == key,
            old.period == lap.period,
            old.ends_on < lap.starts_on,
            old.state.in_(PUBLIC),
            entry.unit_id.in_(select(Entry.unit_id).where(Entry.round_id == lap.id)),
        )
        .subquery("ranked")
    )
    return select(ranked).where(ranked.c.place == 1).subquery("last")


def _band(units: Any, placed: Any) -> ColumnElement[str | None]:
    top, tail = int(setting("band_top")), int(setting("band_tail"))
    return case(
        (placed.c.rate.is_(None), None),
        (placed.c.at_least * 100 <= units * top, "top"),
        (placed.c.at_most * 100 <= units * tail, "tail"),
        else_="middle",
    )


def _rows(actor: Actor, lap: Round) -> Any:
    """Every unit of the round in reach, with its place among all of the round."""
    placed = (
        select(
            Entry,
            # The default frame ends with the last peer: who ties has the same number.
            func.count(Entry.rate).over(order_by=Entry.rate.desc().nulls_last()).label("at_least"),
            func.count(Entry.rate).over(order_by=Entry.rate.asc().nulls_last()).label("at_most"),
            func.count(Entry.rate).over().label("units"),
        )
        .where(Entry.round_id == lap.id)
        .subquery("placed")
    )
    above, last = aliased(Unit), _last(lap)
    return (
        select(
            placed.c.id.label("entry_id"),
            placed.c.unit_id,
            Unit.name,
            above.name.label("above"),
            Unit.sector,
            placed.c.earned,
            placed.c.possible,
            placed.c.rate,
            placed.c.vetoed,
            placed.c.grade,
            placed.c.grade_reason,
            placed.c.grade_why,
            placed.c.revision,
            placed.c.at_least,
            placed.c.at_most,
            placed.c.units,
            _band(placed.c.units, placed).label("band"),
            last.c.rate.label("last_rate"),
            last.c.grade.label("last_grade"),
        )
        .select_from(placed)
        .join(Unit, and_(Unit.tenant_id == placed.c.tenant_id, Unit.id == placed.c.unit_id))
        .join(above, and_(above.tenant_id == Unit.tenant_id, above.id == Unit.parent_id), isouter=True)
        .join(last, last.c.unit_id == placed.c.unit_id, isouter=True)
        .where(reach_filter(actor, Permission.SCORE_VIEW, Unit.path))
        .subquery("result")
    )


def _asked(rows: Any, given: ResultFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if given.view in ("top", "middle", "tail"):
        asked.append(rows.c.band == given.view)
    elif given.view == "up":
        asked.append(rows.c.rate > rows.c.last_rate)
    elif given.view == "down":
        asked.append(rows.c.rate < rows.c.last_rate)
    elif given.view == "vetoed":
        asked.append(rows.c.vetoed)
    if given.grade:
        asked.append(rows.c.grade.is_(None) if given.grade == "-" else rows.c.grade == given.grade)
    if given.sector:
        asked.append(rows.c.sector == given.sector)
    return asked


def results(
    actor: Actor, lap: Round, given: ResultFilter, *, size: int = PAGE
) -> tuple[list[ResultRow], tuple[str, int] | None]:
    """One page, the highest rate first, and where the next one begins. One query (and the tenant's choices)."""
    rows = _rows(actor, lap)
    order = func.coalesce(rows.c.rate, _NO_RATE)
    statement: Select[Any] = (
        select(rows)
        .where(true(), *_asked(rows, given))
        .order_by(order.desc(), rows.c.unit_id.desc())
        .limit(size + 1)
    )
    if given.after is not None:
        statement = statement.where(
            tuple_(order, rows.c.unit_id) < tuple_(literal(Decimal(given.after[0])), literal(given.after[1]))
        )
    found = [ResultRow(**row._mapping) for row in db.session.execute(statement)]
    return found[:size], found[size - 1].cursor if len(found) > size else None


def result_of(actor: Actor, lap: Round, unit_id: int) -> ResultRow | None:
    """One unit's row; None where it takes no part, or lies outside the reach."""
    rows = _rows(actor, lap)
    row = db.session.execute(select(rows).where(rows.c.unit_id == unit_id)).one_or_none()
    return None if row is None else ResultRow(**row._mapping)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the units in reach come to together; each number is a filter of the list."""

    units: int
    mean: Decimal | None
    views: dict[str, int]
    grades: dict[str | None, int]
    #: Units by tenth of the rate: 0 is below 10 per cent, 9 is 90 and more.
    tenths: dict[int, int]
    sectors: tuple[str, ...]


def summary(actor: Actor, lap: Round) -> Summary:
    """Counts by band, movement, grade and tenth. One query."""
    rows = _rows(actor, lap)
    # least() passes over a null: a unit that was asked nothing stands in no tenth.
    tenth = case((rows.c.rate.is_not(None), func.least(9, func.floor(rows.c.rate / 10))))
    found = db.session.execute(
        select(
            rows.c.band,
            func.sign(rows.c.rate - rows.c.last_rate).label("moved"),
            rows.c.vetoed,
            rows.c.grade,
            tenth.label("tenth"),
            rows.c.sector,
            func.count().label("units"),
            func.sum(rows.c.rate).label("rates"),
            func.count(rows.c.rate).label("rated"),
        ).group_by("band", "moved", rows.c.vetoed, rows.c.grade, "tenth", rows.c.sector)
    ).all()
    views = dict.fromkeys(VIEWS, 0)
    grades: dict[str | None, int] = {}
    tenths = dict.fromkeys(range(10), 0)
    for row in found:
        views["all"] += row.units
        if row.band:
            views[row.band] += row.units
        if row.moved:
            views["up" if row.moved > 0 else "down"] += row.units
        views["vetoed"] += row.units if row.vetoed else 0
        grades[row.grade] = grades.get(row.grade, 0) + row.units
        if row.tenth is not None:
            tenths[int(row.tenth)] += row.units
    rated = sum(row.rated for row in found)
    return Summary(
        units=views["all"],
        mean=sum((row.rates for row in found if row.rates is not None), Decimal(0)) / rated
        if rated
        else None,
        views=views,
        grades=grades,
        tenths=tenths,
        sectors=tuple(sorted({row.sector for row in found if row.sector})),
    )


@dataclass(frozen=True, slots=True)
class Mean:
    """A heading's mean over units: points of what could be had, in per cent. sector None: all units."""

    heading: str
    sector: str | None
    rate: Decimal | None


def means(lap: Round) -> list[Mean]:
    """By heading, and by heading and sector, over all units of the round; in the sheet's order. One query."""
    lines = line_points(lap).subquery("points")
    had = func.sum(lines.c.points)
    could = func.sum(lines.c.full).filter(lines.c.points.is_not(None))
    found = db.session.execute(
        select(
            Line.heading,
            Unit.sector,
            func.grouping(Unit.sector).label("whole"),
            (had * 100 / func.nullif(could, 0)).label("rate"),
        )
        .select_from(lines)
        .join(Line, Line.id == lines.c.line_id)
        .join(Unit, and_(Unit.tenant_id == Line.tenant_id, Unit.id == lines.c.unit_id))
        .where(lines.c.kind.not_in(("bonus", "veto")))
        .group_by(func.grouping_sets(tuple_(Line.heading), tuple_(Line.heading, Unit.sector)))
        .order_by(func.min(Line.ordinal), Unit.sector)
    )
    return [Mean(row.heading, None if row.whole else (row.sector or ""), row.rate) for row in found]


def earlier_of(lap: Round, unit_id: int) -> Round | None:
    """The unit's latest earlier round of the same sheet and length of time that the units may see."""
    last = _last(lap)
    return db.session.scalars(
        select(Round).join(last, last.c.round_id == Round.id).where(last.c.unit_id == unit_id)
    ).one_or_none()
