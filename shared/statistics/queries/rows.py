"""The rows behind one number: people by name, units in the order of the tree, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Select, select, tuple_

from shared.access.actor import Actor
from shared.db import db
from shared.members.statuses import status_name
from shared.organisations.kinds import SECTORS, kind_name
from shared.statistics.figures import FIGURES, row_name
from shared.statistics.queries.people import came, left, on_day
from shared.statistics.queries.scope import Scope, places
from shared.statistics.queries.units import units_changed, units_on_day

PAGE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """One number: a figure's row in a scope. `figure` and `key` are empty for everybody of the day."""

    line: str
    on: date
    unit_id: int | None = None
    path: str | None = None
    figure: str = ""
    key: str = ""

    @property
    def scope(self) -> Scope:
        return Scope(self.line, self.on, self.unit_id, self.path)

    @property
    def name(self) -> str:
        return row_name(self.figure, self.key) if self.figure else ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who is counted, with what the figures say of them; no numbers of theirs."""

    membership_id: int
    person_id: int
    name: str
    name_key: str
    unit_id: int
    unit_name: str
    sex: str
    age: str
    ethnic: str
    education: str
    status: str
    joined: str
    since: date
    until: date | None

    @property
    def status_name(self) -> str:
        return status_name(self.status)

    def word(self, figure: str) -> str:
        return row_name(figure, getattr(self, figure))


@dataclass(frozen=True, slots=True)
class PlaceRow:
    unit_id: int
    path: str
    name: str
    kind: str
    sector: str
    founded_on: date | None
    ended_on: date | None

    @property
    def kind_name(self) -> str:
        return kind_name(self.kind)

    @property
    def sector_name(self) -> str:
        return str(SECTORS[self.sector]) if self.sector in SECTORS else self.sector


def _counted(actor: Actor, behind: Behind) -> Select[*tuple[Any, ...]]:
    source: Callable[[Scope, CTE], Select[*tuple[Any, ...]]] = on_day
    if behind.figure == "flow" and behind.key != "admitted":
        source = came if behind.key == "came" else left
    rows = source(behind.scope, places(actor, behind.scope)).subquery("counted")
    statement = select(rows)
    return statement.where(rows.c[behind.figure] == behind.key) if behind.figure else statement


def people_page(
    actor: Actor, behind: Behind, *, after: tuple[str, int] | None = None, size: int = PAGE
) -> tuple[list[PersonRow], tuple[str, int] | None]:
    """The people of one number in the order of their names, and where the next page begins. One query."""
    statement = _counted(actor, behind)
    rows = statement.selected_columns
    place = tuple_(rows.name_key, rows.membership_id)
    if after is not None:
        statement = statement.where(place > after)
    found = db.session.execute(statement.order_by(rows.name_key, rows.membership_id).limit(size + 1)).all()
    page = [
        PersonRow(
            membership_id=row.membership_id,
            person_id=row.person_id,
            name=row.name,
            name_key=row.name_key,
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            sex=row.sex,
            age=row.age,
            ethnic=row.ethnic,
            education=row.education,
            status=row.status,
            joined=str(row.joined or ""),
            since=row.since,
            until=row.until,
        )
        for row in found[:size]
    ]
    return page, (page[-1].name_key, page[-1].membership_id) if len(found) > size else None


def places_page(
    actor: Actor, behind: Behind, *, after: str | None = None, size: int = PAGE
) -> tuple[list[PlaceRow], str | None]:
    """The units of one number in the order of the tree, and where the next page begins. One query."""
    here = places(actor, behind.scope)
    if behind.figure == "change":
        rows = units_changed(behind.scope, here, behind.key).subquery("counted")
        statement = select(rows)
    else:
        rows = units_on_day(behind.scope, here).subquery("counted")
        statement = select(rows)
        if behind.figure:
            statement = statement.where(rows.c[behind.figure] == behind.key)
    if after is not None:
        statement = statement.where(rows.c.path > after)
    found = db.session.execute(statement.order_by(rows.c.path).limit(size + 1)).all()
    page = [
        PlaceRow(row.unit_id, row.path, row.name, row.kind, row.sector, row.founded_on, row.ended_on)
        for row in found[:size]
    ]
    return page, page[-1].path if len(found) > size else None


def counts_people(figure: str) -> bool:
    """Whether a figure counts people; the number of everybody ('') does."""
    return not figure or FIGURES[figure].of in ("people", "flow")
