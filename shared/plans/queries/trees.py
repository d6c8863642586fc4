"""Plans: the list, and one plan's tree with what became of each item."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.hanzi import fold
from shared.organisations.models import Unit
from shared.plans.models import Plan, PlanItem, PlanVersion, Task

PAGE = 50


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan of the list. `tasks`, `done`, `late`: of all units it was given to."""

    id: int
    title: str
    kind: str
    organ: str
    year_from: int | None
    year_to: int | None
    state: str
    issued_on: date | None
    unit_name: str
    tasks: int
    done: int
    late: int


def plans(
    actor: Actor, *, state: str = "", year: int | None = None, query: str = "", before: int | None = None
) -> tuple[list[PlanRow], int | None]:
    """Plans of the units in reach, newest first, and the id to go on before. One query."""
    counted = (
        select(
            Task.plan_id,
            func.count().label("tasks"),
            func.count().filter(Task.state.in_(("done", "confirmed"))).label("done"),
            func.count()
            .filter(Task.state.in_(("assigned", "accepted", "returned")), Task.due_on < today())
            .label("late"),
        )
        .where(Task.plan_id == Plan.id, Task.state != "withdrawn")
        .group_by(Task.plan_id)
        .lateral()
    )
    statement = (
        select(
            Plan.id,
            Plan.title,
            Plan.kind,
            Plan.organ,
            Plan.year_from,
            Plan.year_to,
            Plan.state,
            Plan.issued_on,
            Unit.name,
            func.coalesce(counted.c.tasks, 0),
            func.coalesce(counted.c.done, 0),
            func.coalesce(counted.c.late, 0),
        )
        .join(Unit, and_(Unit.tenant_id == Plan.tenant_id, Unit.id == Plan.unit_id))
        .join(counted, counted.c.plan_id == Plan.id, isouter=True)
        .where(reach_filter(actor, Permission.PLAN_VIEW, Unit.path))
        .order_by(Plan.id.desc())
        .limit(PAGE + 1)
    )
    if state:
        statement = statement.where(Plan.state == state)
    if year is not None:
        statement = statement.where(
            Plan.year_from <= year, func.coalesce(Plan.year_to, Plan.year_from) >= year
        )
    if folded := fold(query):
        found = select(PlanItem.plan_id).where(func.strpos(PlanItem.folded, folded) > 0)
        statement = statement.where(Plan.id.in_(found))
    if before is not None:
        statement = statement.where(Plan.id < before)
    rows = [PlanRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return rows, rows[-1].id if more else None


@dataclass(slots=True)
class Branch:
    """One item with what became of it; `open` items still to be given to somebody have no task."""

    item: PlanItem
    depth: int
    tasks: int = 0
    done: int = 0
    late: int = 0
    children: list["Branch"] = field(default_factory=list)

    @property
    def below(self) -> tuple[int, int, int]:
        """Tasks, done, late of this item and all below."""
        sums = [child.below for child in self.children]
        return (
            self.tasks + sum(one[0] for one in sums),
            self.done + sum(one[1] for one in sums),
            self.late + sum(one[2] for one in sums),
        )

    @property
    def assignable(self) -> bool:
        """A leaf that is an item: nothing below it is one."""
        return (
            self.item.state == "item"
            and self.item.style != "heading"
            and not any(child.item.state == "item" for child in self.children)
        )


def tree(plan_id: int) -> list[Branch]:
    """The tree of a plan, each item with its counts. One query."""
    late = and_(Task.state.in_(("assigned", "accepted", "returned")), Task.due_on < today())
    counts = (
        select(
            Task.plan_item_id,
            func.count().label("tasks"),
            func.sum(case((Task.state.in_(("done", "confirmed")), 1), else_=0)).label("done"),
            func.sum(case((late, 1), else_=0)).label("late"),
        )
        .where(Task.plan_id == plan_id, Task.state != "withdrawn")
        .group_by(Task.plan_item_id)
        .subquery()
    )
    rows: Any = db.session.execute(
        select(PlanItem, counts.c.tasks, counts.c.done, counts.c.late)
        .join(counts, counts.c.plan_item_id == PlanItem.id, isouter=True)
        .where(PlanItem.plan_id == plan_id)
        .order_by(PlanItem.path)
    )
    roots: list[Branch] = []
    by_id: dict[int, Branch] = {}
    for item, tasks, done, late_count in rows:
        above = by_id.get(item.parent_id) if item.parent_id is not None else None
        branch = Branch(item, above.depth + 1 if above else 0, tasks or 0, done or 0, late_count or 0)
        (above.children if above else roots).append(branch)
        by_id[item.id] = branch
    return roots


def flat(branches: list[Branch]) -> list[Branch]:
    """Parents before children, in the order of the text."""
    found = []
    for branch in branches:
        found.append(branch)
        found.extend(flat(branch.children))
    return found


def versions(plan_id: int) -> list[PlanVersion]:
    return list(
        db.session.scalars(
            select(PlanVersion).where(PlanVersion.plan_id == plan_id).order_by(PlanVersion.number.desc())
        )
    )
