"""Rounds and the units' sheets in them as lists and pages show them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, any_, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.assessments.models import Entry, Round, Scheme
from shared.assessments.queries.rounds import totals
from shared.clock import today
from shared.db import db
from shared.duties.queries.filters import below
from shared.organisations.models import Unit

PAGE = 50
NAMED = 4
VIEWS = ("waiting", "late", "returned", "handed_in", "reviewed", "all")
STATES = ("open", "review", "confirmed", "published", "final", "withdrawn")
TO_HAND_IN = ("open", "returned")
GIVEN = ("handed_in", "reviewed")
RUNNING = ("open", "review")


def seen_laps(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Rounds held by a unit in reach, and those in which a unit in reach takes part."""
    keeper, taker = Unit.__table__.alias("keeper"), Unit.__table__.alias("taker")
    held = (
        select(literal(1))
        .where(
            keeper.c.tenant_id == Round.tenant_id,
            keeper.c.id == Round.unit_id,
            reach_filter(actor, permission, keeper.c.path),
        )
        .exists()
    )
    taken = (
        select(literal(1))
        .where(
            Entry.tenant_id == Round.tenant_id,
            Entry.round_id == Round.id,
            taker.c.tenant_id == Entry.tenant_id,
            taker.c.id == Entry.unit_id,
            reach_filter(actor, permission, taker.c.path),
        )
        .exists()
    )
    return or_(held, taken)


@dataclass(frozen=True, slots=True)
class LapRow:
    id: int
    name: str
    unit_name: str
    scheme_name: str
    version: int
    state: str
    starts_on: date
    ends_on: date
    self_until: date
    #: Units in the reader's reach: all, handed in, still to hand in.
    units: int
    given: int
    waiting: int


def laps(
    actor: Actor, *, state: str = "", before: int | None = None, running: bool = False, limit: int = PAGE
) -> tuple[list[LapRow], int | None]:
    """One page of rounds, newest first, with how far they are within reach. One query."""
    page = (
        select(Round.tenant_id, Round.id)
        .where(
            seen_laps(actor, Permission.ROUND_RUN if running else Permission.SCORE_VIEW),
            Round.state == state if state else Round.id > 0,
            Round.state.in_(RUNNING) if running else Round.id > 0,
            Round.id < before if before is not None else Round.id > 0,
        )
        .order_by(Round.id.desc())
        .limit(limit + 1)
        .cte("page")
    )
    taker = Unit.__table__.alias("taker")
    counts = (
        select(
            func.count().label("units"),
            func.count().filter(Entry.state.in_(GIVEN)).label("given"),
            func.count().filter(Entry.state.in_(TO_HAND_IN)).label("waiting"),
        )
        .select_from(Entry)
        .join(taker, and_(taker.c.tenant_id == Entry.tenant_id, taker.c.id == Entry.unit_id))
        .where(
            Entry.tenant_id == page.c.tenant_id,
            Entry.round_id == page.c.id,
            reach_filter(actor, Permission.SCORE_VIEW, taker.c.path),
        )
        .lateral("counts")
    )
    rows: Any = db.session.execute(
        select(
            Round.id, Round.name, Unit.name, Scheme.name, Scheme.version, Round.state, Round.starts_on,
            Round.ends_on, Round.self_until, counts.c.units, counts.c.given, counts.c.waiting,
        )
        .select_from(page)
        .join(Round, and_(Round.tenant_id == page.c.tenant_id, Round.id == page.c.id))
        .join(Unit, and_(Unit.tenant_id == Round.tenant_id, Unit.id == Round.unit_id))
        .join(Scheme, and_(Scheme.tenant_id == Round.tenant_id, Scheme.id == Round.scheme_id))
        .join(counts, literal(True))
        .order_by(Round.id.desc())
    )  # fmt: skip
    found = [LapRow(*row) for row in rows]
    more, found = len(found) > limit, found[:limit]
    return found, found[-1].id if more else None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """`view`: one of VIEWS. `after`: path of the last unit before this page."""

    round_id: int = 0
    view: str = "all"
    unit_id: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class EntryRow:
    id: int
    unit_id: int
    unit_name: str
    path: str
    state: str
    handed_in_at: datetime | None
    #: As they stand now: marks had, marks that can be had, per cent; lines that wait for a reviewer.
    earned: Decimal | None
    possible: Decimal | None
    rate: Decimal | None
    waits: int
    vetoed: bool
    grade: str | None


def in_view(view: str) -> ColumnElement[bool]:
    return {
        "waiting": Entry.state.in_(TO_HAND_IN),
        "late": and_(Entry.state.in_(TO_HAND_IN), Round.self_until < today(), Round.state.in_(RUNNING)),
        "returned": Entry.state == "returned",
        "handed_in": Entry.state == "handed_in",
        "reviewed": Entry.state == "reviewed",
        "all": Entry.id > 0,
    }[view]


def _joined(statement: Any) -> Select[Any]:
    found: Select[Any] = statement.join(
        Unit, and_(Unit.tenant_id == Entry.tenant_id, Unit.id == Entry.unit_id)
    ).join(Round, and_(Round.tenant_id == Entry.tenant_id, Round.id == Entry.round_id))
    return found


def _conditions(actor: Actor, given: EntryFilter, permission: Permission) -> list[ColumnElement[bool]]:
    found = [Entry.round_id == given.round_id, reach_filter(actor, permission, Unit.path)]
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    return found


def entries(
    actor: Actor,
    lap: Round,
    given: EntryFilter,
    *,
    permission: Permission = Permission.ROUND_RUN,
    limit: int = PAGE,
) -> tuple[list[EntryRow], str | None]:
    """One page of a round's units in the order of the tree, with their totals of now. Three queries."""
    statement = (
        _joined(select(Entry, Unit.name, Unit.path).select_from(Entry))
        .where(*_conditions(actor, given, permission), in_view(given.view))
        .order_by(Unit.path)
        .limit(limit + 1)
    )
    if given.after is not None:
        statement = statement.where(Unit.path > given.after)
    rows: Any = db.session.execute(statement).all()
    more, rows = len(rows) > limit, rows[:limit]
    now_at: dict[int, Any] = {}
    if rows and lap.state in RUNNING:
        counted = totals(lap, unit_ids=[entry.unit_id for entry, _name, _path in rows])
        now_at = {row.unit_id: row for row in db.session.execute(select(counted))}
    found = []
    for entry, name, path in rows:
        here = now_at.get(entry.unit_id, entry)
        found.append(
            EntryRow(
                entry.id, entry.unit_id, name, path, entry.state, entry.handed_in_at, here.earned, here.possible,
                here.rate, getattr(here, "waits", 0), bool(here.vetoed), entry.grade,
            )
        )  # fmt: skip
    return found, found[-1].path if more else None


def entry_counts(
    actor: Actor, given: EntryFilter, *, permission: Permission = Permission.ROUND_RUN
) -> dict[str, int]:
    """How many units stand in each view. One query."""
    row = db.session.execute(
        _joined(
            select(*(func.count().filter(in_view(view)).label(view) for view in VIEWS)).select_from(Entry)
        ).where(*_conditions(actor, given, permission))
    ).one()
    return dict(zip(VIEWS, row, strict=True))


def kept_units(actor: Actor) -> list[int]:
    """The units for which the person hands in itself, not those below."""
    if not actor.may(Permission.ROUND_ENTER):
        return []
    return sorted({grant.unit_id for grant in actor.grants if grant.unit_id is not None})


@dataclass(frozen=True, slots=True)
class OwnRow:
    id: int
    name: str
    unit_name: str
    self_until: date
    state: str


def own_open(actor: Actor, *, unit_id: int | None = None, limit: int = PAGE) -> list[OwnRow]:
    """Sheets that the person's own units (or one unit) still have to hand in, the nearest day first. One query."""
    kept = [unit_id] if unit_id is not None else kept_units(actor)
    rows: Any = db.session.execute(
        _joined(select(Entry.id, Round.name, Unit.name, Round.self_until, Entry.state).select_from(Entry))
        .where(
            Entry.unit_id == any_(literal(kept, ARRAY(BigInteger))) if kept else false(),
            Entry.state.in_(TO_HAND_IN),
            Round.state.in_(RUNNING),
        )
        .order_by(Round.self_until, Round.id)
        .limit(limit)
    )
    return [OwnRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class AtHand:
    rows: list[OwnRow]
    running: list[LapRow]


def at_hand(actor: Actor) -> AtHand:
    """Rounds to hand in and rounds under way, for the page of today. At most two queries."""
    rows = own_open(actor, limit=NAMED + 1) if kept_units(actor) else []
    running = laps(actor, running=True, limit=3)[0] if actor.may(Permission.ROUND_RUN) else []
    return AtHand(rows, running)
