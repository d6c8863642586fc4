"""One filter for a list of due items, so that a reminder reaches exactly the rows that were shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.models import DueItem
from shared.organisations.models import Unit

EVERY_YEAR = 0


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Open due items of a year. `only`: 'missing' past their day; 'all' also those whose window is open now.

    `unit_id` takes the unit and all below it. `kinds` empty: every kind. `due_before` leaves out what is due later,
    `due_from` what was due before. EVERY_YEAR as the year takes all of them: an election may be late for years.
    """

    year: int
    unit_id: int | None = None
    kinds: tuple[str, ...] = ()
    only: Literal["missing", "all"] = "missing"
    due_before: date | None = None
    period: str | None = None
    due_from: date | None = None
    line: str | None = None
    sector: str | None = None

    def fields(self) -> dict[str, str]:
        """The filter as form fields or the query of an address."""
        found = {"year": str(self.year), "view": self.only}
        if self.unit_id is not None:
            found["unit_id"] = str(self.unit_id)
        if self.kinds:
            found["kinds"] = ",".join(self.kinds)
        if self.due_before is not None:
            found["due_before"] = self.due_before.isoformat()
        if self.due_from is not None:
            found["due_from"] = self.due_from.isoformat()
        if self.period:
            found["period"] = self.period
        if self.line:
            found["line"] = self.line
        if self.sector:
            found["sector"] = self.sector
        return found

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "DueFilter":
        """The filter from what was sent; whatever cannot be read counts as not given."""
        year = fields.get("year", "")
        unit_id = fields.get("unit_id", "")
        return cls(
            year=int(year) if _number(year) and _is_year(int(year)) else today().year,
            unit_id=int(unit_id) if _number(unit_id) else None,
            kinds=tuple(kind for kind in fields.get("kinds", "").split(",") if kind),
            only="all" if fields.get("view") == "all" else "missing",
            due_before=_day(fields.get("due_before", "")),
            period=fields.get("period") or None,
            due_from=_day(fields.get("due_from", "")),
            line=fields.get("line") or None,
            sector=fields.get("sector") or None,
        )


def _is_year(year: int) -> bool:
    return year == EVERY_YEAR or 2000 <= year <= 2199


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def below(unit_id: int) -> ColumnElement[bool]:
    """The unit and all below it, as a condition on Unit.path."""
    path = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
    return func.starts_with(Unit.path, path)


def due_filter_conditions(actor: Actor, given: DueFilter, may: Permission) -> list[ColumnElement[bool]]:
    """The filter's conditions on DueItem joined with Unit, inside the actor's reach."""
    on = today()
    conditions: list[ColumnElement[bool]] = [
        DueItem.state == "open",
        Unit.state == "active",
        reach_filter(actor, may, Unit.path),
        DueItem.due_on < on if given.only == "missing" else DueItem.opens_on <= on,
    ]
    if given.year != EVERY_YEAR:
        conditions.append(DueItem.year == given.year)
    if given.unit_id is not None:
        conditions.append(below(given.unit_id))
    if given.kinds:
        conditions.append(DueItem.kind.in_(given.kinds))
    if given.due_before is not None:
        conditions.append(DueItem.due_on < given.due_before)
    if given.due_from is not None:
        conditions.append(DueItem.due_on >= given.due_from)
    if given.period is not None:
        conditions.append(DueItem.period == given.period)
    if given.line is not None:
        conditions.append(Unit.line == given.line)
    if given.sector is not None:
        conditions.append(Unit.sector == given.sector)
    return conditions


def due_filter_statement(
    actor: Actor, given: DueFilter, *, may: Permission = Permission.DUTY_VIEW
) -> Select[int]:
    """The ids of the open and due items the filter shows to this actor."""
    return (
        select(DueItem.id)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(*due_filter_conditions(actor, given, may))
    )
