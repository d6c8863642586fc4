"""Whom and what the statistics count: a line, a day, and the units that stood in view on it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Select, and_, case, cast, func, select, true

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.organisations.models import Unit, UnitVersion
from shared.organisations.queries import in_force


@dataclass(frozen=True, slots=True)
class Scope:
    """One line (party, union) on a day up to today; a unit with everything that stood below it, or the whole reach."""

    line: str
    on: date
    unit_id: int | None = None
    path: str | None = None

    @property
    def present(self) -> bool:
        return self.on >= today()

    @property
    def new_year(self) -> date:
        return date(self.on.year, 1, 1)


def _in_view(actor: Actor, scope: Scope) -> ColumnElement[bool]:
    return and_(Unit.line == scope.line, reach_filter(actor, Permission.MEMBER_VIEW, Unit.path))


def _now(actor: Actor, scope: Scope) -> CTE:
    return (
        select(
            Unit.id.label("unit_id"),
            Unit.path,
            Unit.name,
            Unit.kind,
            Unit.sector,
            Unit.founded_on,
            Unit.ended_on,
            (Unit.state == "active").label("stood"),
        )
        .where(_in_view(actor, scope), func.starts_with(Unit.path, scope.path) if scope.path else true())
        .cte("places")
    )


def _on_day(actor: Actor, scope: Scope) -> Select[*tuple[Any, ...]]:
    """Every unit in reach as it stood; one that had no version yet or any more, with what is known of it today."""
    stood = UnitVersion.id.is_not(None)
    return (
        select(
            Unit.id.label("unit_id"),
            case((stood, UnitVersion.parent_id), else_=Unit.parent_id).label("parent_id"),
            Unit.path,
            func.coalesce(UnitVersion.name, Unit.name).label("name"),
            func.coalesce(UnitVersion.kind, Unit.kind).label("kind"),
            Unit.sector,
            Unit.founded_on,
            Unit.ended_on,
            stood.label("stood"),
        )
        .outerjoin(
            UnitVersion,
            and_(UnitVersion.tenant_id == Unit.tenant_id, UnitVersion.unit_id == Unit.id, in_force(scope.on)),
        )
        .where(_in_view(actor, scope))
    )


def places(actor: Actor, scope: Scope) -> CTE:
    """The units of the scope, by the tree of its day: unit_id, path, name, kind, sector, founded_on, ended_on, stood.

    `stood` is false for a unit that was not there on the day: people may have belonged to it earlier in the year.
    The reach is the present one: who answers for a unit today reads its past.
    """
    if scope.present:
        return _now(actor, scope)
    every = _on_day(actor, scope).cte("every_place")
    if scope.unit_id is None:
        return select(*(column for column in every.c if column.key != "parent_id")).cte("places")
    below = select(cast(scope.unit_id, BigInteger).label("unit_id")).cte("below", recursive=True)
    # Distinct, so that two units that stood above each other at different times end.
    below = below.union(select(every.c.unit_id).join(below, every.c.parent_id == below.c.unit_id))
    return (
        select(*(column for column in every.c if column.key != "parent_id"))
        .join(below, below.c.unit_id == every.c.unit_id)
        .cte("places")
    )


def of_year(scope: Scope, day: Any) -> ColumnElement[bool]:
    """Whether a day lies in the scope's year, up to its day."""
    return and_(day >= scope.new_year, day <= scope.on)
