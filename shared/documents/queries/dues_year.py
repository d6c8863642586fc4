"""Dues of a unit's year, month by month: what was asked and what has come in for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from shared.db import db
from shared.dues.models import Charge, DuesSheet
from shared.dues.money import ZERO
from shared.dues.queries.overview import still_open


@dataclass(frozen=True, slots=True)
class Month:
    """One month; `state` None: no sheet is drawn up."""

    month: date
    state: str | None
    people: int = 0
    asked: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return self.asked - self.paid


def dues_year(unit_id: int, year: int) -> list[Month]:
    """The twelve months of a year. A sheet's sum is what its page shows: what it asks for any month, and what was paid
    for those months. Two queries."""
    span = (DuesSheet.unit_id == unit_id, DuesSheet.month.between(date(year, 1, 1), date(year, 12, 31)))
    asked = {
        row.month: row
        for row in db.session.execute(
            select(
                DuesSheet.month,
                DuesSheet.state,
                func.count(Charge.person_id.distinct()).label("people"),
                func.coalesce(func.sum(Charge.payable), 0).label("asked"),
            )
            .outerjoin(Charge, Charge.sheet_id == DuesSheet.id)
            .where(*span)
            .group_by(DuesSheet.month, DuesSheet.state)
        )
    }
    open_ = _open(unit_id, year)
    return [
        Month(day, row.state, row.people, row.asked, row.asked - open_.get(day, ZERO))
        if (row := asked.get(day)) is not None
        else Month(day, None)
        for day in (date(year, month, 1) for month in range(1, 13))
    ]


def _open(unit_id: int, year: int) -> dict[date, Decimal]:
    """What the months on each sheet still ask: a month's charges on every sheet less what was paid for it."""
    mine = (
        select(
            DuesSheet.month.label("of"),
            Charge.tenant_id,
            Charge.person_id,
            Charge.line,
            Charge.for_month,
        )
        .join(Charge, Charge.sheet_id == DuesSheet.id)
        .where(DuesSheet.unit_id == unit_id, DuesSheet.month.between(date(year, 1, 1), date(year, 12, 31)))
        .subquery("mine")
    )
    rows = db.session.execute(select(mine.c.of, func.sum(still_open(mine))).group_by(mine.c.of))
    return {row[0]: row[1] for row in rows}
