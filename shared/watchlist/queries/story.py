"""One entry: its conditions then and now, its plan, its months, its story."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select

from shared.accounts.models import RoleGrant
from shared.accounts.queries import in_force
from shared.clock import today
from shared.db import db
from shared.findings.queries.story import people_for
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.watchlist.models import WatchCondition, WatchEntry, WatchMeasure, WatchMonth, WatchNote
from shared.watchlist.queries.ledger import met_by
from shared.watchlist.queries.months import asked_months, months_of


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition of the entry: what was said when it came on, and what the ledger says now (None: nothing)."""

    key: str
    facts: dict[str, Any]
    basis: str
    now: dict[str, Any] | None
    gone: bool


def conditions_of(entry: WatchEntry) -> list[Checked]:
    """Two queries."""
    now = met_by(entry.unit_id)
    rows = db.session.execute(
        select(WatchCondition.key, WatchCondition.facts, WatchCondition.basis, WatchCondition.gone)
        .where(WatchCondition.entry_id == entry.id)
        .order_by(WatchCondition.id)
    )
    return [Checked(row.key, row.facts, row.basis, now.get(row.key), row.gone) for row in rows]


@dataclass(frozen=True, slots=True)
class PlanRow:
    id: int
    problem: str
    content: str
    owner: str
    due_on: date
    done_on: date | None


def plan_of(entry_id: int) -> list[PlanRow]:
    """One query."""
    rows: Any = db.session.execute(
        select(
            WatchMeasure.id,
            WatchMeasure.problem,
            WatchMeasure.content,
            func.coalesce(Person.name, ""),
            WatchMeasure.due_on,
            WatchMeasure.done_on,
        )
        .join(
            Person,
            and_(Person.tenant_id == WatchMeasure.tenant_id, Person.id == WatchMeasure.owner_id),
            isouter=True,
        )
        .where(WatchMeasure.entry_id == entry_id)
        .order_by(WatchMeasure.id)
    )
    return [PlanRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """`missing`: it has ended and nothing is said of it."""

    month: date
    progress: str
    by: str
    at: datetime | None
    missing: bool


def month_rows(entry: WatchEntry) -> list[MonthRow]:
    """Every month on the list, newest first. One query."""
    rows = db.session.execute(
        select(
            WatchMonth.month, WatchMonth.progress, func.coalesce(Person.name, "").label("by"), WatchMonth.at
        )
        .join(
            Person,
            and_(Person.tenant_id == WatchMonth.tenant_id, Person.id == WatchMonth.person_id),
            isouter=True,
        )
        .where(WatchMonth.entry_id == entry.id)
    )
    said = {row.month: row for row in rows}
    asked = set(asked_months(entry))
    return [
        MonthRow(month, row.progress, row.by, row.at, False)
        if (row := said.get(month)) is not None
        else MonthRow(month, "", "", None, month in asked)
        for month in reversed(months_of(entry))
    ]


@dataclass(frozen=True, slots=True)
class Note:
    act: str
    remark: str
    by: str
    at: datetime


def notes(entry_id: int) -> list[Note]:
    """The story of an entry, newest first. One query."""
    rows = db.session.execute(
        select(WatchNote.act, WatchNote.remark, func.coalesce(Person.name, ""), WatchNote.at)
        .join(
            Person,
            and_(Person.tenant_id == WatchNote.tenant_id, Person.id == WatchNote.person_id),
            isouter=True,
        )
        .where(WatchNote.entry_id == entry_id)
        .order_by(WatchNote.id.desc())
    )
    return [Note(*row) for row in rows]


def people_around(unit: Unit) -> dict[int, str]:
    """Who may answer, be the linked leader or the first secretary: people of the unit, and whoever leads it or a unit
    above, by office or by role. Three queries."""
    keys = [int(part) for part in unit.path.split(".") if part]
    rows = db.session.execute(
        select(Person.id, Person.name)
        .join(RoleGrant, and_(RoleGrant.tenant_id == Person.tenant_id, RoleGrant.person_id == Person.id))
        .where(
            RoleGrant.unit_id.in_(keys),
            RoleGrant.role.in_(("leader", "officer")),
            in_force(today()),
            Person.state == "active",
        )
        .order_by(Person.name_key, Person.id)
    )
    return people_for(unit) | {row[0]: row[1] for row in rows}


def people_named(entry: WatchEntry) -> dict[int, str]:
    """The linked leader and the first secretary by name. One query."""
    keys = [key for key in (entry.leader_id, entry.secretary_id) if key is not None]
    if not keys:
        return {}
    return {
        row[0]: row[1]
        for row in db.session.execute(select(Person.id, Person.name).where(Person.id.in_(keys)))
    }
