"""A month over all units in reach: not drawn up, not closed, still open; and who has long not paid."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Subquery, and_, func, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.dues.models import Charge, DuesSheet, Payment
from shared.dues.money import ZERO
from shared.members.models import Membership
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED
from shared.organisations.models import Unit

PAGE = 50
SHOWS = ("waiting", "undrawn", "open", "closed", "all")


@dataclass(frozen=True, slots=True)
class UnitMonth:
    unit_id: int
    name: str
    path: str
    state: str | None
    asked: Decimal
    paid: Decimal
    people: int
    owing: int

    @property
    def open(self) -> Decimal:
        return self.asked - self.paid


@dataclass(frozen=True, slots=True)
class Scope:
    """Which units: the reach of the actor, below a unit where chosen, of one line."""

    line: str
    path: str | None = None


def _payers(
    actor: Actor, scope: Scope, permission: Permission = Permission.DUES_VIEW
) -> list[ColumnElement[bool]]:
    """Units in reach that have members who pay."""
    belongs = (
        select(1)
        .where(
            Membership.tenant_id == Unit.tenant_id,
            Membership.unit_id == Unit.id,
            Membership.until.is_(None),
            Membership.kind == Unit.line,
            Membership.status.in_(COUNTED),
            Membership.relation.in_(COUNTING),
        )
        .exists()
    )
    conditions = [
        Unit.state == "active",
        Unit.line == scope.line,
        belongs,
        reach_filter(actor, permission, Unit.path),
    ]
    if scope.path is not None:
        conditions.append(func.starts_with(Unit.path, scope.path))
    return conditions


def _shown(show: str) -> list[ColumnElement[bool]]:
    if show == "undrawn":
        return [DuesSheet.id.is_(None)]
    if show in ("open", "closed"):
        return [DuesSheet.state == show]
    if show == "waiting":
        return [DuesSheet.state.is_distinct_from("closed")]
    return []


def _of_month(month: date) -> ColumnElement[bool]:
    return and_(DuesSheet.tenant_id == Unit.tenant_id, DuesSheet.unit_id == Unit.id, DuesSheet.month == month)


def unit_months(
    actor: Actor,
    scope: Scope,
    month: date,
    *,
    show: str,
    after: str = "",
    size: int = PAGE,
) -> tuple[list[UnitMonth], str | None]:
    """A page of units in the order of the tree, and the place to go on from. Three queries, whatever their number."""
    found = list(
        db.session.execute(
            select(Unit.id, Unit.name, Unit.path, DuesSheet.id.label("sheet_id"), DuesSheet.state)
            .outerjoin(DuesSheet, _of_month(month))
            .where(*_payers(actor, scope), *_shown(show), Unit.path > after)
            .order_by(Unit.path)
            .limit(size + 1)
        )
    )
    more, found = len(found) > size, found[:size]
    asked = {
        row.unit_id: row
        for row in db.session.execute(
            select(
                Charge.unit_id,
                func.sum(Charge.payable).label("asked"),
                func.count(Charge.person_id.distinct()).label("people"),
            )
            .where(Charge.sheet_id.in_([row.sheet_id for row in found if row.sheet_id]))
            .group_by(Charge.unit_id)
        )
    }
    open_here = _open_by_unit([row.sheet_id for row in found if row.sheet_id])
    rows = []
    for row in found:
        sums = asked.get(row.id)
        left, owing = open_here.get(row.id, (ZERO, 0))
        total = sums.asked if sums else ZERO
        rows.append(
            UnitMonth(
                row.id, row.name, row.path, row.state, total, total - left, sums.people if sums else 0, owing
            )
        )
    return rows, rows[-1].path if more else None


def still_open(mine: Subquery) -> ColumnElement[Decimal]:
    """What a month of a person still asks: its charges on every sheet less what was paid for it.

    `mine` are charges, with tenant_id, person_id, line and for_month.
    """
    other = aliased(Charge)
    asked = (
        select(func.sum(other.payable))
        .where(
            other.tenant_id == mine.c.tenant_id,
            other.person_id == mine.c.person_id,
            other.line == mine.c.line,
            other.for_month == mine.c.for_month,
        )
        .correlate(mine)
        .scalar_subquery()
    )
    paid = (
        select(func.coalesce(func.sum(Payment.amount), 0))
        .where(
            Payment.tenant_id == mine.c.tenant_id,
            Payment.person_id == mine.c.person_id,
            Payment.line == mine.c.line,
            Payment.month == mine.c.for_month,
        )
        .correlate(mine)
        .scalar_subquery()
    )
    return asked - paid


def _open_by_unit(sheet_ids: list[int]) -> dict[int, tuple[Decimal, int]]:
    """(open sum, people owing) of each unit's sheet: what its months ask less what was paid for them. One query."""
    if not sheet_ids:
        return {}
    mine = (
        select(Charge.unit_id, Charge.person_id, Charge.line, Charge.for_month, Charge.tenant_id)
        .where(Charge.sheet_id.in_(sheet_ids))
        .subquery("mine")
    )
    by_person = (
        select(mine.c.unit_id, mine.c.person_id, func.sum(still_open(mine)).label("open"))
        .group_by(mine.c.unit_id, mine.c.person_id)
        .subquery("by_person")
    )
    return {
        row.unit_id: (row.left, row.owing)
        for row in db.session.execute(
            select(
                by_person.c.unit_id,
                func.sum(by_person.c.open).label("left"),
                func.count().filter(by_person.c.open > 0).label("owing"),
            ).group_by(by_person.c.unit_id)
        )
    }


@dataclass(frozen=True, slots=True)
class MonthCounts:
    undrawn: int
    open: int
    closed: int
    asked: Decimal
    paid: Decimal

    @property
    def all(self) -> int:
        return self.undrawn + self.open + self.closed


def month_counts(actor: Actor, scope: Scope, month: date) -> MonthCounts:
    """How many units stand where, what the month's sheets ask and what was paid for the month. Three queries."""
    states: dict[str | None, int] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(DuesSheet.state, func.count())
            .select_from(Unit)
            .outerjoin(DuesSheet, _of_month(month))
            .where(*_payers(actor, scope))
            .group_by(DuesSheet.state)
        )
    }
    within = [Unit.line == scope.line, reach_filter(actor, Permission.DUES_VIEW, Unit.path)]
    if scope.path is not None:
        within.append(func.starts_with(Unit.path, scope.path))
    units = select(Unit.id).where(*within)
    asked = db.session.scalar(
        select(func.coalesce(func.sum(Charge.payable), 0)).where(
            Charge.for_month == month, Charge.unit_id.in_(units)
        )
    )
    paid = db.session.scalar(
        select(func.coalesce(func.sum(Payment.amount), 0)).where(
            Payment.month == month, Payment.unit_id.in_(units)
        )
    )
    return MonthCounts(
        states.get(None, 0),
        states.get("open", 0),
        states.get("closed", 0),
        Decimal(asked or 0),
        Decimal(paid or 0),
    )


def undrawn_units(actor: Actor, scope: Scope, month: date) -> list[int]:
    """Units in reach that may be drawn up and are not closed: what one press draws up. One query."""
    return list(
        db.session.scalars(
            select(Unit.id)
            .outerjoin(DuesSheet, _of_month(month))
            .where(
                *_payers(actor, scope, Permission.DUES_EDIT),
                DuesSheet.state.is_distinct_from("closed"),
            )
            .order_by(Unit.path)
        )
    )
