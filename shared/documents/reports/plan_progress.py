"""How a plan stands: each item with what was handed in and what is late, and the tasks behind it."""

from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.documents.queries.plan_progress import Given, plan_of, tasks_of_plan
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.i18n import _, lazy_
from shared.plans.queries.trees import Branch, flat, tree

_STATES = {
    "assigned": lazy_("To be accepted"),
    "accepted": lazy_("Under way"),
    "returned": lazy_("Returned"),
    "done": lazy_("Handed in"),
    "confirmed": lazy_("Confirmed"),
}
#: Characters of an item that name it in the table.
TITLE = 60


def _title(branch: Branch) -> str:
    item = branch.item
    return (item.label or "") + (item.heading or (item.content or "")[:TITLE])


def _items(branches: list[Branch]) -> Table:
    rows = []
    for one in branches:
        if one.item.state == "dropped":
            continue
        tasks, done, late = one.below
        none = not tasks and one.assignable
        rows.append(
            (
                "　" * one.depth + _title(one),
                one.item.due_on,
                tasks or (_("nobody yet") if none else None),
                done if tasks else None,
                late or None,
            )
        )
    return Table(
        (
            Column(_("Item of the plan"), width=50),
            Column(_("Last day"), "nw", 13),
            Column(_("Tasks"), "n", 12),
            Column(_("Handed in"), "n", 10),
            Column(_("Late"), "n", 8),
        ),
        tuple(rows),
    )


def _tasks(given: list[Given]) -> Table:
    on = today()
    return Table(
        (
            Column(_("Task"), width=36),
            Column(_("Unit"), width=22),
            Column(_("Who leads it"), width=12),
            Column(_("Last day"), "nw", 13),
            Column(_("State"), width=14),
            Column(_("How far, per cent"), "n", 13),
        ),
        tuple(
            (
                one.label + one.title,
                one.unit_name,
                one.owner,
                one.due_on,
                str(_STATES[one.state]) + (_("(%(what)s)", what=_("Late")) if one.late(on) else ""),
                one.percent,
            )
            for one in given
        ),
    )


def _read(subject: Subject) -> dict[str, Any]:
    plan, roots = plan_of(subject.id), tree(subject.id)
    given = tasks_of_plan(subject.actor, plan.id, subject.unit.path)
    sums = [one.below for one in roots]
    return sheet(
        _("Progress of the plan"),
        plan.title,
        facts=[
            (_("Unit"), subject.unit.name),
            (_("Issued on"), plan.issued_on),
            (_("Tasks"), sum(one[0] for one in sums)),
            (_("Handed in"), sum(one[1] for one in sums)),
            (_("Late"), sum(one[2] for one in sums)),
            (_("Counted until"), today()),
        ],
        sections=[
            Section(_("Items"), table=_items(flat(roots)), empty=_("This plan has no items.")),
            Section(_("Tasks"), table=_tasks(given), empty=_("No task was given from this plan.")),
        ],
    )


REPORT = Report(
    key="plan_progress",
    name=lazy_("Progress of a plan"),
    about=lazy_("Each item with what was handed in and what is late, and the tasks behind it"),
    of="plan",
    span="none",
    may=Permission.PLAN_VIEW,
    read=_read,
    template="tables",
    excel="reports.plan_progress",
    page=("plans.show", "plan_id"),
)
