"""The register of numbers: every number of a prefix and year in its order, void ones with their reason."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.dispatches.actions.numbering import number_text
from shared.dispatches.models import Dispatch, NumberSeries, NumberYear
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 100


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """`after`: series and number of the last row shown."""

    year: int = 0
    series_id: int | None = None
    state: str = ""
    after: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    dispatch_id: int
    series_id: int
    prefix: str
    year: int
    number: int
    unit_name: str
    kind: str
    title: str
    signer: str
    signed_on: date
    state: str
    reason: str

    @property
    def number_text(self) -> str:
        return number_text(self.prefix, self.year, self.number)


def register(
    actor: Actor, given: RegisterFilter, *, limit: int = PAGE
) -> tuple[list[RegisterRow], tuple[int, int] | None]:
    """One page of the numbers given in a year, by series and number. One query."""
    columns: tuple[Any, ...] = (
        Dispatch.id,
        NumberSeries.id,
        NumberSeries.prefix,
        Dispatch.number_year,
        Dispatch.number,
        Unit.name,
        Dispatch.kind,
        Dispatch.title,
        func.coalesce(Person.name, ""),
        Dispatch.signed_on,
        Dispatch.state,
        Dispatch.reason,
    )
    statement = (
        select(*columns)
        .join(
            NumberSeries,
            and_(NumberSeries.tenant_id == Dispatch.tenant_id, NumberSeries.id == Dispatch.series_id),
        )
        .join(Unit, and_(Unit.tenant_id == Dispatch.tenant_id, Unit.id == Dispatch.unit_id))
        .outerjoin(Person, and_(Person.tenant_id == Dispatch.tenant_id, Person.id == Dispatch.signed_by))
        .where(
            Dispatch.number.is_not(None),
            Dispatch.number_year == given.year,
            reach_filter(actor, Permission.DISPATCH_VIEW, Unit.path),
        )
        .order_by(NumberSeries.id, Dispatch.number)
        .limit(limit + 1)
    )
    if given.series_id is not None:
        statement = statement.where(NumberSeries.id == given.series_id)
    if given.state == "void":
        statement = statement.where(Dispatch.state == "void")
    elif given.state == "valid":
        statement = statement.where(Dispatch.state != "void")
    if given.after is not None:
        statement = statement.where(tuple_(NumberSeries.id, Dispatch.number) > given.after)
    rows = [RegisterRow(*row) for row in db.session.execute(statement)]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], (last.series_id, last.number) if last else None


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A prefix in reach; `before` and `last` of the year asked for, `void`: how many of its numbers are."""

    id: int
    unit_id: int
    unit_name: str
    prefix: str
    state: str
    before: int
    last: int
    void: int


def series_in_reach(
    actor: Actor, *, year: int, may: Permission = Permission.DISPATCH_VIEW, unit_id: int | None = None
) -> list[SeriesRow]:
    """The prefixes of units in reach, in the order of the tree, with their counters of a year. One query."""
    void = (
        select(func.count())
        .where(
            Dispatch.tenant_id == NumberSeries.tenant_id,
            Dispatch.series_id == NumberSeries.id,
            Dispatch.number_year == year,
            Dispatch.state == "void",
        )
        .scalar_subquery()
    )
    statement = (
        select(
            NumberSeries.id,
            Unit.id,
            Unit.name,
            NumberSeries.prefix,
            NumberSeries.state,
            func.coalesce(NumberYear.before, 0),
            func.coalesce(NumberYear.last, 0),
            void,
        )
        .join(Unit, and_(Unit.tenant_id == NumberSeries.tenant_id, Unit.id == NumberSeries.unit_id))
        .outerjoin(
            NumberYear,
            and_(
                NumberYear.tenant_id == NumberSeries.tenant_id,
                NumberYear.series_id == NumberSeries.id,
                NumberYear.year == year,
            ),
        )
        .where(reach_filter(actor, may, Unit.path))
        .order_by(Unit.path, NumberSeries.id)
        .limit(1000)
    )
    if unit_id is not None:
        statement = statement.where(Unit.id == unit_id)
    return [SeriesRow(*row) for row in db.session.execute(statement)]
