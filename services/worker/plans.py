"""The messages about plans and tasks: what is asked of a unit, what came back."""

from sqlalchemy import and_, func, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.db import db
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.plans.models import Plan, Task

#: An act → the states of the task in which its message still says something.
_TIMELY = {
    "refuse": ("assigned", "accepted"),
    "done": ("done",),
    "return": ("returned",),
    "confirm": ("confirmed",),
    "withdraw": ("withdrawn",),
}


def compose_plans(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about issued plans in hand; of a plan that was closed meanwhile nothing is said."""
    recipients = addressed(parcels)
    keys = {int(one.detail["plan_id"]) for one in recipients}
    counts = (
        select(Task.plan_id, func.count().label("tasks"))
        .where(Task.plan_id.in_(keys), Task.state != "withdrawn")
        .group_by(Task.plan_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Plan, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Plan.tenant_id, Unit.id == Plan.unit_id))
        .join(counts, counts.c.plan_id == Plan.id)
        .where(Plan.id.in_(keys))
    )
    known = {plan.id: (plan, unit_name) for plan, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        plan, unit_name = known[int(one.detail["plan_id"])]
        if plan.state != "issued":
            return None
        lines = [
            _("%(unit)s asks your unit for something: %(title)s", unit=unit_name, title=plan.title),
            "",
            _("Your tasks, with their last days, stand on this page."),
        ]
        return Said(
            _("Plan: %(title)s", title=plan.title), "\n".join(lines), f"/tasks?plan_id={plan.id}&view=all"
        )

    return compose_each([one for one in recipients if int(one.detail["plan_id"]) in known], write)


def compose_tasks(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about acts on tasks in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Task, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .where(Task.id.in_({int(one.detail["task_id"]) for one in recipients}))
    )
    known = {task.id: (task, unit_name) for task, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        task, unit_name = known[int(one.detail["task_id"])]
        act = str(one.detail["act"])
        if task.state not in _TIMELY[act]:
            return None
        subject = {
            "refuse": _("Sent back: %(title)s", title=task.title),
            "done": _("Handed in: %(title)s", title=task.title),
            "return": _("Task returned: %(title)s", title=task.title),
            "confirm": _("Confirmed: %(title)s", title=task.title),
            "withdraw": _("Withdrawn: %(title)s", title=task.title),
        }[act]
        lines = [unit_name, task.title, _("Last day: %(day)s", day=task.due_on.isoformat())]
        return Said(subject, "\n".join(lines), f"/tasks/{task.id}")

    return compose_each([one for one in recipients if int(one.detail["task_id"]) in known], write)
