"""Tasks seen together: a plan over its year, and how the units stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.organisations.models import Unit
from shared.plans.models import Plan, Task
from shared.plans.queries.tasks import CLOSE, OPEN
from shared.plans.queries.trees import Branch


@dataclass(frozen=True, slots=True)
class Bar:
    """One item over the months of a year: `months[0]` is January; '' where it does not run, else its colour."""

    branch: Branch
    months: tuple[str, ...]
    done: int
    tasks: int
    late: int


def spans(plan_id: int) -> dict[int, tuple[date, date]]:
    """From when to when each item of a plan is worked on. One query."""
    rows = db.session.execute(
        select(Task.plan_item_id, func.min(Task.begins_on), func.max(Task.due_on))
        .where(Task.plan_id == plan_id, Task.state != "withdrawn", Task.plan_item_id.is_not(None))
        .group_by(Task.plan_item_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows if row[0] is not None}


def _colour(branch: Branch) -> str:
    if branch.late:
        return "late"
    return "ok" if branch.done == branch.tasks else "run"


def bars(branches: Iterable[Branch], found: dict[int, tuple[date, date]], year: int) -> list[Bar]:
    """The items of a plan in the order of the text; one that nobody has shows only the day it names."""
    drawn = []
    for branch in branches:
        if branch.item.state != "item" or branch.item.style == "heading" or not branch.assignable:
            continue
        span = found.get(branch.item.id)
        if span is None:
            due = branch.item.due_on
            months = tuple(
                "due" if due and (due.year, due.month) == (year, month) else "" for month in range(1, 13)
            )
        else:
            begins, ends = ((day.year * 12 + day.month) for day in span)
            colour = _colour(branch)
            months = tuple(colour if begins <= year * 12 + month <= ends else "" for month in range(1, 13))
        drawn.append(Bar(branch, months, branch.done, branch.tasks, branch.late))
    return drawn


@dataclass(slots=True)
class Standing:
    """How a unit with all below it stands; `alone`: the unit above without those below."""

    unit_id: int
    unit_name: str
    alone: bool = False
    late: int = 0
    near: int = 0
    in_time: int = 0
    handed_in: int = 0
    confirmed: int = 0

    @property
    def all(self) -> int:
        return self.late + self.near + self.in_time + self.handed_in + self.confirmed


def standings(actor: Actor, top: Unit, *, plan_id: int | None) -> list[Standing]:
    """`top` alone, then each unit right below it with all below, in the order of the tree. Two queries.

    Never in the order of a number: this shows what stands where, and ranks nobody.
    """
    on = today()
    soon = on + timedelta(days=CLOSE)
    open_ = Task.state.in_(OPEN)
    statement = (
        select(
            Unit.path,
            func.count().filter(open_, Task.due_on < on),
            func.count().filter(open_, Task.due_on >= on, Task.due_on <= soon),
            func.count().filter(open_, Task.due_on > soon),
            func.count().filter(Task.state == "done"),
            func.count().filter(Task.state == "confirmed"),
        )
        .select_from(Task)
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True)
        .where(
            Task.state != "withdrawn",
            or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))),
            reach_filter(actor, Permission.PLAN_VIEW, Unit.path),
            func.starts_with(Unit.path, top.path),
        )
        .group_by(Unit.path)
    )
    if plan_id is not None:
        statement = statement.where(Task.plan_id == plan_id)
    groups: dict[str, Standing] = {top.path: Standing(top.id, top.name, alone=True)}
    for key, name, path in db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(Unit.parent_id == top.id, reach_filter(actor, Permission.PLAN_VIEW, Unit.path))
        .order_by(Unit.path)
    ):
        groups[path] = Standing(key, name)
    step = len(top.path)
    for path, late, near, in_time, handed_in, confirmed in db.session.execute(statement):
        ends = path.find(".", step) + 1 if len(path) > step else step
        group = groups.get(path[:ends])
        if group is None:
            continue
        group.late += late
        group.near += near
        group.in_time += in_time
        group.handed_in += handed_in
        group.confirmed += confirmed
    return [one for one in groups.values() if one.all]


def with_ancestors(branches: list[Branch], kept: set[int]) -> list[Branch]:
    """The branches of these items and of what stands above them."""
    parents = {one.item.id: one.item.parent_id for one in branches}
    wanted: set[int] = set()
    for key in kept:
        above: int | None = key
        while above is not None and above not in wanted:
            wanted.add(above)
            above = parents.get(above)
    return [one for one in branches if one.item.id in wanted]
