"""The messages about plans and tasks: what is asked of a unit, what came back."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each, dated
from services.worker.channels.outgoing import Composed
from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.plans.actions.posts import follow_posts
from shared.plans.models import Plan, Task, TaskNote
from shared.reminders.queries.letters import counted

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
    "help": ("assigned", "accepted", "returned"),
}


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
        lines = [dated(row.due_on, row.name, row.title) for row in late[:NAMED]]
        if len(late) > NAMED:
            lines.append(_("and %(n)s more", n=len(late) - NAMED))
        if one.detail["stage"] == 2:
            lines = counted(row.name for row in late)
        subject = (
            _("%(n)s tasks of your unit are past their day", n=len(late))
            if one.detail["stage"] == 1
            else _("%(n)s tasks that your unit asked for are past their day", n=len(late))
        )
        whose = "own" if one.detail["stage"] == 1 else "asked"
        return Said(subject, "\n".join(lines), f"/tasks?view=late&whose={whose}")

    return compose_each(recipients, write)


def _values(plan: Plan, unit_name: str) -> dict[str, str]:
    return {"unit": unit_name, "title": plan.title}


def _own(one: Addressed, plan: Plan, unit_name: str) -> Said | None:
    """To whoever leads a task by a post, or helps with one."""
    if plan.state != "issued":
        return None
    return Said(
        _("Plan: %(title)s", title=plan.title),
        _("A plan of %(unit)s asks something of you: %(title)s", unit=unit_name, title=plan.title),
        "/tasks/mine",
        _values(plan, unit_name),
    )


def _change(one: Addressed, plan: Plan, unit_name: str) -> Said | None:
    if plan.state != "issued":
        return None
    text = _(
        "%(unit)s changed what it asks for: %(title)s. What is different stands in the story of each task.",
        unit=unit_name,
        title=plan.title,
    )
    subject = _("Plan changed: %(title)s", title=plan.title)
    return Said(subject, text, f"/tasks?plan_id={plan.id}&view=all", _values(plan, unit_name))


def _withdrawn(one: Addressed, plan: Plan, unit_name: str) -> Said | None:
    """An item was taken back; its reason was given with it and stands in the story of its tasks."""
    said = db.session.scalar(select(TaskNote.remark).where(TaskNote.form_key == one.detail["note"])) or ""
    lines = [
        _("%(unit)s took back an item of the plan: %(title)s", unit=unit_name, title=plan.title),
        _("Reason: %(reason)s", reason=said),
    ]
    return Said(
        _("Item withdrawn: %(title)s", title=plan.title),
        "\n".join(lines),
        f"/tasks?plan_id={plan.id}&view=withdrawn",
        _values(plan, unit_name),
    )


def _comments(one: Addressed, plan: Plan, unit_name: str) -> Said | None:
    if plan.state != "comments":
        return None
    text = _("%(unit)s asks what your unit thinks of a draft: %(title)s", unit=unit_name, title=plan.title)
    subject = _("Draft for comments: %(title)s", title=plan.title)
    return Said(subject, text, f"/plans/{plan.id}/comments", _values(plan, unit_name))


def _answer(one: Addressed, plan: Plan, unit_name: str) -> Said | None:
    text = (
        _("Your remark on the draft was taken: %(title)s", title=plan.title)
        if one.detail["answer"] == "taken"
        else _(
            "Your remark on the draft was not taken; the reason stands beside it: %(title)s", title=plan.title
        )
    )
    subject = _("Answer to your remark: %(title)s", title=plan.title)
    return Said(subject, text, f"/plans/{plan.id}/comments", _values(plan, unit_name))


#: What else a message about a plan may say, by its detail.
SAID = {
    "own": _own,
    "change": _change,
    "withdraw": _withdrawn,
    "comments": _comments,
    "answer": _answer,
}


def follow_nightly() -> None:
    """The night's part: tasks of posts pass to whoever holds the post now."""
    with transaction():
        follow_posts(SYSTEM)


def compose_plans(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about issued plans in hand; of a plan that was closed meanwhile nothing is said."""
    recipients = addressed(parcels)
    keys = {int(one.detail["plan_id"]) for one in recipients}
    rows = db.session.execute(
        select(Plan, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Plan.tenant_id, Unit.id == Plan.unit_id))
        .where(Plan.id.in_(keys))
    )
    known = {plan.id: (plan, unit_name) for plan, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        plan, unit_name = known[int(one.detail["plan_id"])]
        what = str(one.detail.get("what", ""))
        if what in SAID:
            return SAID[what](one, plan, unit_name)
        if plan.state != "issued":
            return None
        lines = [
            _("%(unit)s asks your unit for something: %(title)s", unit=unit_name, title=plan.title),
            "",
            _("Your tasks, with their last days, stand on this page."),
        ]
        return Said(
            _("Plan: %(title)s", title=plan.title),
            "\n".join(lines),
            f"/tasks?plan_id={plan.id}&view=all",
            _values(plan, unit_name),
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
            "help": _("Your help is asked for: %(title)s", title=task.title),
        }[act]
        lines = [unit_name, task.title, _("Last day: %(day)s", day=task.due_on.isoformat())]
        # Whoever is asked for a part has a task of their own and may not see this one.
        where = {"pass_on": "/tasks", "help": f"/tasks/{task.id}/mine"}.get(act, f"/tasks/{task.id}")
        values = {"unit": unit_name, "title": task.title, "day": task.due_on.isoformat()}
        return Said(subject, "\n".join(lines), where, values)

    return compose_each([one for one in recipients if int(one.detail["task_id"]) in known], write)
