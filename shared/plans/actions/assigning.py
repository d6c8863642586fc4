"""From items to tasks: an item, or many at once, to units by filter, in one act; each unit gets each item once."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, any_, case, func, literal, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.actions.telling import tell_units
from shared.plans.models import Plan, PlanItem, Task

#: At most so many tasks in one act.
MOST = 200_000


@dataclass(frozen=True, slots=True)
class Audience:
    """Which units: below `under` (and it itself), of these kinds; no kinds: each item's own audience."""

    kinds: tuple[str, ...] = ()
    under: Unit | None = None


def _whom(given: Audience) -> ColumnElement[bool]:
    if given.kinds:
        return Unit.kind.in_(given.kinds)
    return Unit.kind == any_(PlanItem.unit_kinds)


def _pairs(actor: Actor, plan: Plan, item_ids: list[int], given: Audience) -> Select[Any]:
    """Item × unit that have no task yet, within the actor's reach."""
    taken = (
        select(literal(1))
        .where(
            Task.tenant_id == PlanItem.tenant_id,
            Task.plan_item_id == PlanItem.id,
            Task.unit_id == Unit.id,
            Task.state != "withdrawn",
        )
        .exists()
    )
    return (
        select()
        .select_from(PlanItem)
        .join(Unit, Unit.tenant_id == PlanItem.tenant_id)
        .where(
            PlanItem.plan_id == plan.id,
            PlanItem.id.in_(item_ids),
            PlanItem.state == "item",
            Unit.state == "active",
            reach_filter(actor, Permission.PLAN_EDIT, Unit.path),
            func.starts_with(Unit.path, given.under.path) if given.under is not None else true(),
            _whom(given),
            ~taken,
        )
    )


def count_assignment(
    actor: Actor, *, plan: Plan, item_ids: list[int], given: Audience
) -> tuple[int, int, int]:
    """What an assignment would make: tasks, items, units. One query."""
    pairs = _pairs(actor, plan, item_ids, given).add_columns(PlanItem.id, Unit.id.label("unit_id")).subquery()
    row = db.session.execute(
        select(
            func.count(), func.count(func.distinct(pairs.c.id)), func.count(func.distinct(pairs.c.unit_id))
        ).select_from(pairs)
    ).one()
    return row[0], row[1], row[2]


def assign(
    actor: Actor,
    *,
    plan: Plan,
    item_ids: list[int],
    given: Audience,
    due_on: date | None,
    seen: int,
) -> int:
    """Give the items to the units; returns the number of tasks made. `seen` is the count that was shown.

    A task is due on the item's own day, else on `due_on`, else at the end of the plan's last year. Raises Conflict when
    the number has changed since it was shown, Invalid where nothing is to be given or the day is over.
    """
    if plan.state in ("closed", "void"):
        raise Conflict(_("This plan is closed."))
    on = today()
    if due_on is not None and due_on < on:
        problem = _("This day is over.")
        raise Invalid(problem, fields={"due_on": problem})
    year = plan.year_to or on.year
    if due_on is None and year < on.year:
        problem = _("The year of this plan is over: say until when.")
        raise Invalid(problem, fields={"due_on": problem})
    count, _items, _units = count_assignment(actor, plan=plan, item_ids=item_ids, given=given)
    if not count:
        raise Invalid(_("No unit fits, or each has these items already."))
    if count > MOST:
        raise Invalid(_("At most %(n)s tasks at once; take fewer items or units.", n=f"{MOST:,}"))
    if count != seen:
        raise Conflict(_("It is %(n)s tasks by now; look at it again and confirm.", n=count))
    last = due_on or date(year, 12, 31)
    due = case((and_(PlanItem.due_on.is_not(None), PlanItem.due_on >= on), PlanItem.due_on), else_=last)
    columns = {
        "plan_id": literal(plan.id),
        "plan_item_id": PlanItem.id,
        "unit_id": Unit.id,
        "by_unit_id": literal(plan.unit_id),
        "title": case((PlanItem.heading != "", PlanItem.heading), else_=func.left(PlanItem.content, 200)),
        "content": PlanItem.content,
        "deliverable": PlanItem.deliverable,
        "proof": PlanItem.proof,
        "standard": PlanItem.standard,
        "begins_on": literal(on),
        "due_on": due,
        "duty_kind": PlanItem.duty_kind,
        "assigned_by": literal(actor.person_id),
    }
    rows = _pairs(actor, plan, item_ids, given).add_columns(*columns.values())
    made = db.session.scalars(
        insert(Task).from_select(list(columns), rows).on_conflict_do_nothing().returning(Task.unit_id)
    ).all()
    record(
        actor,
        verb="plan.assign",
        object_type="plan",
        object_id=plan.id,
        unit_id=plan.unit_id,
        detail={"items": len(item_ids), "tasks": len(made)},
    )
    if plan.state == "issued" and made:
        tell_units(actor, plan, sorted(set(made)))
    return len(made)
