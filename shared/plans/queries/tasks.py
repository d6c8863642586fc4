"""Tasks: what a unit has to do, what was asked of the units below, one task with its story."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, any_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.queries.filters import below
from shared.events.models import Event
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.plans.models import Plan, PlanItem, Task, TaskNote

PAGE = 50
CAP = 10_000
#: Days before the last one from which a task is yellow; blue before, red after.
CLOSE = 14
OPEN = ("assigned", "accepted", "returned")
VIEWS = ("late", "near", "in_time", "open", "handed_in", "confirmed", "all", "withdrawn")
#: Of whom: everybody in reach, the units I answer for myself, what was asked by a unit that I speak for.
WHOSE = ("", "own", "asked")


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """`view`: late, near, in_time, open (these three), handed_in (done, to be confirmed), confirmed, all
    (but withdrawn), withdrawn.

    `whose`: one of WHOSE. `alone`: the unit without those below. `after`: the last row before this page.
    """

    view: str = "open"
    unit_id: int | None = None
    plan_id: int | None = None
    item_id: int | None = None
    campaign_id: int | None = None
    whose: str = ""
    alone: bool = False
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: int
    title: str
    unit_id: int
    unit_name: str
    plan_id: int | None
    plan_title: str
    due_on: date
    state: str
    percent: int
    owner: str
    duty_kind: str | None
    #: The post to which it is given; '': the unit as a whole.
    post: str = ""
    #: Whether the reader answers for the unit that has it; else one leads it, or helps.
    of_unit: bool = True

    @property
    def colour(self) -> str:
        """blue, yellow (near its day) or red (past it); '' for what is handed in. Source: 督查 practice, graded C."""
        return colour(self.state, self.due_on, today())


def colour(state: str, due_on: date, on: date) -> str:
    """blue, yellow or red by closeness; '' once it is handed in."""
    if state not in OPEN:
        return ""
    if due_on < on:
        return "red"
    return "yellow" if due_on <= on + timedelta(days=CLOSE) else "blue"


def kept_units(actor: Actor) -> list[int]:
    """The units for which the person answers itself, not those below."""
    if not actor.may(Permission.TASK_WORK):
        return []
    return sorted({grant.unit_id for grant in actor.grants if grant.unit_id is not None})


def asked_by(actor: Actor) -> ColumnElement[bool]:
    """Tasks that a unit asks for in whose name the person decides."""
    by_unit = aliased(Unit)
    return (
        select(by_unit.id)
        .where(
            by_unit.tenant_id == Task.tenant_id,
            by_unit.id == Task.by_unit_id,
            reach_filter(actor, Permission.PLAN_EDIT, by_unit.path),
        )
        .exists()
    )


def _conditions(actor: Actor, given: TaskFilter) -> list[ColumnElement[bool]]:
    on = today()
    found: list[ColumnElement[bool]] = [
        reach_filter(actor, Permission.PLAN_VIEW, Unit.path),
        or_(Plan.state.is_(None), Plan.state.in_(("issued", "closed"))),
        {
            "late": and_(Task.state.in_(OPEN), Task.due_on < on),
            "near": and_(Task.state.in_(OPEN), Task.due_on >= on, Task.due_on <= on + timedelta(days=CLOSE)),
            "in_time": and_(Task.state.in_(OPEN), Task.due_on > on + timedelta(days=CLOSE)),
            "open": Task.state.in_(OPEN),
            "handed_in": Task.state == "done",
            "confirmed": Task.state == "confirmed",
            "all": Task.state != "withdrawn",
            "withdrawn": Task.state == "withdrawn",
        }[given.view],
    ]
    if given.unit_id is not None:
        found.append(Task.unit_id == given.unit_id if given.alone else below(given.unit_id))
    if given.plan_id is not None:
        found.append(Task.plan_id == given.plan_id)
    if given.item_id is not None:
        found.append(Task.plan_item_id == given.item_id)
    if given.campaign_id is not None:
        found.append(
            select(PlanItem.id)
            .where(
                PlanItem.tenant_id == Task.tenant_id,
                PlanItem.id == Task.plan_item_id,
                PlanItem.campaign_id == given.campaign_id,
            )
            .exists()
        )
    if given.whose == "own":
        found.append(Task.unit_id == any_(literal(kept_units(actor), ARRAY(BigInteger))))
    elif given.whose == "asked":
        found.append(asked_by(actor))
    return found


def _joined(statement: Any) -> Any:
    return statement.join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id)).join(
        Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id), isouter=True
    )


def tasks(
    actor: Actor, given: TaskFilter, *, limit: int = PAGE
) -> tuple[list[TaskRow], tuple[date, int] | None]:
    """One page in the order of the last day, and where to go on. One query."""
    statement = (
        _joined(
            select(
                Task.id,
                Task.title,
                Task.unit_id,
                Unit.name,
                Task.plan_id,
                func.coalesce(Plan.title, ""),
                Task.due_on,
                Task.state,
                Task.percent,
                func.coalesce(Person.name, ""),
                Task.duty_kind,
                Task.post,
            ).select_from(Task)
        )
        .join(Person, and_(Person.tenant_id == Task.tenant_id, Person.id == Task.owner_id), isouter=True)
        .where(*_conditions(actor, given))
        .order_by(Task.due_on, Task.id)
        .limit(limit + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(Task.due_on, Task.id) > given.after)
    rows = [TaskRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, (rows[-1].due_on, rows[-1].id) if more else None


def task_counts(actor: Actor, given: TaskFilter) -> dict[str, int]:
    """How many stand in each view, CAP + 1 at most. One query."""
    counted = []
    for view in VIEWS:
        inner = (
            _joined(select(Task.id).select_from(Task))
            .where(*_conditions(actor, replace(given, view=view)))
            .limit(CAP + 1)
            .subquery()
        )
        counted.append(select(func.count()).select_from(inner).scalar_subquery().label(view))
    row = db.session.execute(select(*counted)).one()
    return dict(zip(VIEWS, row, strict=True))


@dataclass(frozen=True, slots=True)
class Note:
    act: str
    remark: str
    percent: int | None
    by: str
    at: datetime
    event_id: int | None
    event_title: str
    file_id: int | None
    file_name: str
    id: int


def notes(task_id: int) -> list[Note]:
    """The story of a task, newest first. One query."""
    rows = db.session.execute(
        select(
            TaskNote.act,
            TaskNote.remark,
            TaskNote.percent,
            func.coalesce(Person.name, ""),
            TaskNote.at,
            TaskNote.event_id,
            func.coalesce(Event.title, ""),
            TaskNote.file_id,
            TaskNote.file_name,
            TaskNote.id,
        )
        .join(
            Person,
            and_(Person.tenant_id == TaskNote.tenant_id, Person.id == TaskNote.person_id),
            isouter=True,
        )
        .join(Event, and_(Event.tenant_id == TaskNote.tenant_id, Event.id == TaskNote.event_id), isouter=True)
        .where(TaskNote.task_id == task_id)
        .order_by(TaskNote.id.desc())
    )
    found: Any = rows
    return [Note(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Part:
    """What a unit below was given of a task that was passed on."""

    id: int
    unit_name: str
    due_on: date
    state: str
    percent: int

    @property
    def colour(self) -> str:
        return colour(self.state, self.due_on, today())


def parts(task_id: int) -> list[Part]:
    """The parts of a task in the order of the tree. One query."""
    rows = db.session.execute(
        select(Task.id, Unit.name, Task.due_on, Task.state, Task.percent)
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .where(Task.parent_id == task_id, Task.state != "withdrawn")
        .order_by(Unit.path)
    )
    return [Part(*row) for row in rows]


def duty_progress(task: Task) -> tuple[int, int]:
    """Of a task linked to a kind of duty: (done, asked) of the unit's due items within its span. One query."""
    if task.duty_kind is None:
        return 0, 0
    row = db.session.execute(
        select(func.count().filter(DueItem.state == "done"), func.count()).where(
            DueItem.unit_id == task.unit_id,
            DueItem.kind == task.duty_kind,
            DueItem.year >= task.begins_on.year,
            DueItem.year <= task.due_on.year,
            DueItem.state.in_(("open", "done")),
        )
    ).one()
    return row[0], row[1]


def offered_records(task: Task, *, limit: int = 20) -> list[tuple[int, str, date]]:
    """Records of the unit's ledger that may prove it: of its kind of duty, else the latest. One query."""
    statement = (
        select(Event.id, Event.title, Event.held_on)
        .where(Event.unit_id == task.unit_id, Event.state == "filed")
        .order_by(Event.held_on.desc(), Event.id.desc())
        .limit(limit)
    )
    if task.duty_kind is not None:
        statement = statement.where(Event.kind == task.duty_kind)
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement)]
