"""The messages about plans and tasks: what is asked of a unit, what came back."""

from sqlalchemy import and_, func, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.plans.models import Plan, Task
from shared.reminders.actions.tasks import tell_late_tasks
from shared.reminders.queries.ladder import ladder

#: Tasks named in one message; the page has all.
NAMED = 20

#: An act → the states of the task in which its message still says something.
_TIMELY = {
    "refuse": ("assigned", "accepted"),
    "done": ("done",),
    "return": ("returned",),
    "confirm": ("confirmed",),
    "withdraw": ("withdrawn",),
    "pass_on": ("assigned", "accepted", "returned"),
}


def remind_of_tasks() -> None:
    """The sweep's part: tasks past their day are told, a stage once."""
    with transaction():
        tell_late_tasks(SYSTEM, steps=ladder())


def compose_late_tasks(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What is past its day, for the unit that has it or the one that asks; what was handed in meanwhile is left out."""
    recipients = addressed(parcels)
    on = today()
    rows = db.session.execute(
        select(Task.id, Task.title, Task.due_on, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Task.tenant_id, Unit.id == Task.unit_id))
        .where(
            Task.id.in_({key for one in recipients for key in one.detail["ids"]}),
            Task.state.in_(("assigned", "accepted", "returned")),
            Task.due_on < on,
        )
    )
    known = {row.id: row for row in rows}

    def write(one: Addressed) -> Said | None:
        late = sorted(
            (known[key] for key in one.detail["ids"] if key in known), key=lambda row: (row.due_on, row.id)
        )
        if not late:
            return None
        lines = [f"{row.due_on}, {row.name}: {row.title}" for row in late[:NAMED]]
        if len(late) > NAMED:
            lines.append(_("and %(n)s more", n=len(late) - NAMED))
        subject = (
            _("%(n)s tasks of your unit are past their day", n=len(late))
            if one.detail["stage"] == 1
            else _("%(n)s tasks that your unit asked for are past their day", n=len(late))
        )
        whose = "own" if one.detail["stage"] == 1 else "asked"
        return Said(subject, "\n".join(lines), f"/tasks?view=late&whose={whose}")

    return compose_each(recipients, write)


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
            "pass_on": _("Passed on to your unit: %(title)s", title=task.title),
        }[act]
        lines = [unit_name, task.title, _("Last day: %(day)s", day=task.due_on.isoformat())]
        # Whoever is asked for a part has a task of their own and may not see this one.
        return Said(subject, "\n".join(lines), "/tasks" if act == "pass_on" else f"/tasks/{task.id}")

    return compose_each([one for one in recipients if int(one.detail["task_id"]) in known], write)
