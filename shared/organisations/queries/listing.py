"""All units of a reach as a flat list, page by page; as they stand, or as they stood on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.hanzi import fold
from shared.organisations.models import Unit, UnitTerm, UnitVersion
from shared.organisations.queries.past import in_force
from shared.organisations.queries.tree import in_reach

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """Which units. `state` is active or dissolved; `path` a unit and all below it; `on` a day of the past.

    On a day only the units that stood then are there, with the name, kind and superior of that day.
    """

    line: str | None = None
    kind: str | None = None
    sector: str | None = None
    state: str = "active"
    path: str | None = None
    words: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of the list."""

    id: int
    path: str
    name: str
    kind: str
    line: str
    sector: str
    parent_id: int | None
    parent_name: str | None
    founded_on: date | None
    term_ends_on: date | None
    staff_count: int | None
    credit_code: str | None
    state: str
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One page; `after` and `before` are the paths to go on from, None at the ends."""

    rows: list[UnitRow]
    after: str | None
    before: str | None


def _conditions(actor: Actor, given: UnitFilter, kind: ColumnElement[str]) -> list[ColumnElement[bool]]:
    conditions = [in_reach(actor, Permission.UNIT_VIEW)]
    if given.on is None:
        conditions.append(Unit.state == given.state)
    if given.line is not None:
        conditions.append(Unit.line == given.line)
    if given.kind is not None:
        conditions.append(kind == given.kind)
    if given.sector is not None:
        conditions.append(Unit.sector == given.sector)
    if given.path is not None:
        conditions.append(func.starts_with(Unit.path, given.path))
    if typed := fold(given.words):
        matching = select(UnitTerm.unit_id).where(func.starts_with(UnitTerm.term, typed))
        conditions.append(Unit.id.in_(matching))
    return conditions


def _of_unit() -> ColumnElement[bool]:
    return and_(UnitVersion.tenant_id == Unit.tenant_id, UnitVersion.unit_id == Unit.id)


def listing_statement(
    actor: Actor, given: UnitFilter, *, also: Conditions = (), order: bool = True
) -> Select[*tuple[Any, ...]]:
    """The rows of the filter in the order of the tree; also what the list's export reads."""
    facts = (
        Unit.founded_on,
        Unit.term_ends_on,
        Unit.staff_count,
        Unit.credit_code,
        Unit.state,
        Unit.ended_on,
    )
    if given.on is None:
        parent = aliased(Unit)
        rows: Select[*tuple[Any, ...]] = select(
            Unit.id,
            Unit.path,
            Unit.name,
            Unit.kind,
            Unit.line,
            Unit.sector,
            Unit.parent_id,
            parent.name,
            *facts,
        ).outerjoin(parent, and_(parent.tenant_id == Unit.tenant_id, parent.id == Unit.parent_id))
        kind: ColumnElement[str] = Unit.kind.expression
    else:
        above = aliased(UnitVersion)
        rows = (
            select(
                Unit.id,
                Unit.path,
                UnitVersion.name,
                UnitVersion.kind,
                Unit.line,
                Unit.sector,
                UnitVersion.parent_id,
                above.name,
                *facts,
            )
            .join(UnitVersion, and_(_of_unit(), in_force(given.on)))
            .outerjoin(
                above,
                and_(
                    above.tenant_id == UnitVersion.tenant_id,
                    above.unit_id == UnitVersion.parent_id,
                    in_force(given.on, above),
                ),
            )
        )
        kind = UnitVersion.kind.expression
    rows = rows.where(*_conditions(actor, given, kind), *also)
    return rows.order_by(Unit.path) if order else rows


def listing_page(
    actor: Actor,
    given: UnitFilter,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 50,
    also: Conditions = (),
) -> UnitPage:
    """One page of the list. One query, as many rows as are shown and one more."""
    rows = listing_statement(actor, given, also=also, order=False).limit(size + 1)
    if before is not None:
        rows = rows.where(Unit.path < before).order_by(Unit.path.desc())
    else:
        rows = (rows.where(Unit.path > after) if after is not None else rows).order_by(Unit.path)
    found = [UnitRow(*row) for row in db.session.execute(rows)]
    more, found = len(found) > size, found[:size]
    if before is not None:
        found.reverse()
    backwards = before is not None
    return UnitPage(
        found,
        after=found[-1].path if found and (more or backwards) else None,
        before=found[0].path if found and ((backwards and more) or after is not None) else None,
    )


def count_units(actor: Actor, given: UnitFilter, *, also: Conditions = ()) -> Select[int]:
    """Counts the filter's units, as a statement, so that a page asks several counts in one query."""
    rows = select(Unit.id)
    kind: ColumnElement[str] = Unit.kind.expression
    if given.on is not None:
        rows = rows.join(UnitVersion, and_(_of_unit(), in_force(given.on)))
        kind = UnitVersion.kind.expression
    rows = rows.where(*_conditions(actor, given, kind), *also)
    return select(func.count()).select_from(rows.subquery())
