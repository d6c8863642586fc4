"""Findings and inspections as lists: what is late first, the four lists of an inspection."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.queries.filters import below
from shared.findings.models import Finding, Inspection, Measure
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
CAP = 10_000
#: Not closed yet, and not yet applied for.
OPEN = ("not_started", "working", "mostly_done", "returned")
APPLIED = ("applied", "reviewed")
VIEWS = ("late", "open", "applied", "closed", "reopened", "check", "all")
#: Findings of one inspection on its page.
MOST = 1000


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """`view`: late, open, applied (to be agreed to), closed, reopened (found again, or not held), check (to be looked
    at again), all. `after`: the last row before this page."""

    view: str = "open"
    unit_id: int | None = None
    inspection_id: int | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class FindingRow:
    id: int
    number: int
    category: str
    content: str
    unit_id: int
    unit_name: str
    inspection_id: int
    inspection_title: str
    found_on: date
    due_on: date
    state: str
    long_term: bool
    again_of_id: int | None
    turn: int
    closed_on: date | None
    check_on: date | None

    @property
    def open(self) -> bool:
        """Still being put right: what of its measures is not done may be late."""
        return self.state in OPEN

    @property
    def late(self) -> bool:
        return self.open and self.due_on < today()

    @property
    def again(self) -> bool:
        """反弹: the same point found again, or closed and not held."""
        return self.again_of_id is not None or self.turn > 1 or self.state == "reopened"


_COLUMNS = (
    Finding.id,
    Finding.number,
    Finding.category,
    Finding.content,
    Finding.unit_id,
    Unit.name,
    Finding.inspection_id,
    Inspection.title,
    Finding.found_on,
    Finding.due_on,
    Finding.state,
    Finding.long_term,
    Finding.again_of_id,
    Finding.turn,
    Finding.closed_on,
    Finding.check_on,
)


def _conditions(actor: Actor, given: FindingFilter) -> list[ColumnElement[bool]]:
    on = today()
    found: list[ColumnElement[bool]] = [
        reach_filter(actor, Permission.FINDING_VIEW, Unit.path),
        {
            "late": and_(Finding.state.in_(OPEN), Finding.due_on < on),
            "open": Finding.state.in_(OPEN),
            "applied": Finding.state.in_(APPLIED),
            "closed": Finding.state == "closed",
            "reopened": and_(
                Finding.state != "void",
                or_(Finding.again_of_id.is_not(None), Finding.turn > 1, Finding.state == "reopened"),
            ),
            "check": and_(Finding.state == "closed", Finding.check_on <= on),
            "all": Finding.state != "void",
        }[given.view],
    ]
    if given.unit_id is not None:
        found.append(below(given.unit_id))
    if given.inspection_id is not None:
        found.append(Finding.inspection_id == given.inspection_id)
    return found


def _joined(statement: Any) -> Any:
    return statement.join(Unit, and_(Unit.tenant_id == Finding.tenant_id, Unit.id == Finding.unit_id))


def _with_inspection(statement: Any) -> Any:
    return _joined(statement).join(
        Inspection,
        and_(Inspection.tenant_id == Finding.tenant_id, Inspection.id == Finding.inspection_id),
    )


def findings(
    actor: Actor, given: FindingFilter, *, limit: int = PAGE
) -> tuple[list[FindingRow], tuple[date, int] | None]:
    """One page in the order of the last day, and where to go on. One query."""
    statement = (
        _with_inspection(select(*_COLUMNS).select_from(Finding))
        .where(*_conditions(actor, given))
        .order_by(Finding.due_on, Finding.id)
        .limit(limit + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(Finding.due_on, Finding.id) > given.after)
    rows = [FindingRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, (rows[-1].due_on, rows[-1].id) if more else None


def finding_counts(actor: Actor, given: FindingFilter) -> dict[str, int]:
    """How many stand in each view, CAP + 1 at most. One query."""
    counted = []
    for view in VIEWS:
        inner = (
            _joined(select(Finding.id).select_from(Finding))
            .where(*_conditions(actor, FindingFilter(view, given.unit_id, given.inspection_id)))
            .limit(CAP + 1)
            .subquery()
        )
        counted.append(select(func.count()).select_from(inner).scalar_subquery().label(view))
    row = db.session.execute(select(*counted)).one()
    return dict(zip(VIEWS, row, strict=True))


@dataclass(frozen=True, slots=True)
class InspectionRow:
    id: int
    kind: str
    title: str
    organ: str
    round_label: str
    feedback_on: date
    unit_name: str
    found: int
    closed: int
    late: int


def inspections(
    actor: Actor, *, before: int | None, limit: int = PAGE
) -> tuple[list[InspectionRow], int | None]:
    """Inspections in reach, newest first, with what came of those findings that are in reach too. One query."""
    owner = aliased(Unit)
    seen = (
        select(
            func.count().label("found"),
            func.count().filter(Finding.state == "closed").label("closed"),
            func.count().filter(Finding.state.in_(OPEN), Finding.due_on < today()).label("late"),
        )
        .select_from(Finding)
        .join(owner, and_(owner.tenant_id == Finding.tenant_id, owner.id == Finding.unit_id))
        .where(
            Finding.tenant_id == Inspection.tenant_id,
            Finding.inspection_id == Inspection.id,
            Finding.state != "void",
            reach_filter(actor, Permission.FINDING_VIEW, owner.path),
        )
        .lateral()
    )
    statement = (
        select(
            Inspection.id,
            Inspection.kind,
            Inspection.title,
            Inspection.organ,
            Inspection.round_label,
            Inspection.feedback_on,
            Unit.name,
            seen.c.found,
            seen.c.closed,
            seen.c.late,
        )
        .select_from(Inspection)
        .join(Unit, and_(Unit.tenant_id == Inspection.tenant_id, Unit.id == Inspection.unit_id))
        .join(seen, Inspection.id.is_not(None))
        .where(reach_filter(actor, Permission.FINDING_VIEW, Unit.path))
        .order_by(Inspection.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        statement = statement.where(Inspection.id < before)
    rows = [InspectionRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, rows[-1].id if more else None


def findings_of(actor: Actor, inspection_id: int) -> list[FindingRow]:
    """The list of problems of one inspection in its own order, those in reach. One query."""
    rows = db.session.execute(
        _with_inspection(select(*_COLUMNS).select_from(Finding))
        .where(
            Finding.inspection_id == inspection_id,
            Finding.state != "void",
            reach_filter(actor, Permission.FINDING_VIEW, Unit.path),
        )
        .order_by(Finding.number)
        .limit(MOST)
    )
    return [FindingRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    id: int
    finding_id: int
    content: str
    deliverable: str
    due_on: date
    done_on: date | None
    lead_id: int | None
    lead: str
    department: str
    owner_id: int | None
    owner: str


def measures_of(finding_ids: list[int]) -> dict[int, list[MeasureRow]]:
    """The measures of these findings, each with who leads and who answers. One query."""
    lead, owner = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(
            Measure.id,
            Measure.finding_id,
            Measure.content,
            Measure.deliverable,
            Measure.due_on,
            Measure.done_on,
            Measure.lead_id,
            func.coalesce(lead.name, ""),
            Measure.department,
            Measure.owner_id,
            func.coalesce(owner.name, ""),
        )
        .join(lead, and_(lead.tenant_id == Measure.tenant_id, lead.id == Measure.lead_id), isouter=True)
        .join(owner, and_(owner.tenant_id == Measure.tenant_id, owner.id == Measure.owner_id), isouter=True)
        .where(Measure.finding_id.in_(finding_ids))
        .order_by(Measure.finding_id, Measure.id)
    )
    found: dict[int, list[MeasureRow]] = {}
    for row in rows:
        found.setdefault(row.finding_id, []).append(MeasureRow(*row))
    return found
