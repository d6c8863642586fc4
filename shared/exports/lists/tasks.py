"""Tasks as Excel, by the query of their own page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.i18n import _, lazy_
from shared.members.posts import post_name
from shared.organisations.models import Unit
from shared.plans.models import Campaign, Plan
from shared.plans.queries.responsibilities import (
    SECTIONS,
    ListedDuties,
    Responsibility,
    responsibilities,
)
from shared.plans.queries.tasks import TaskFilter, TaskRow, tasks

_STATES = {
    "assigned": lazy_("To be accepted"),
    "accepted": lazy_("Under way"),
    "returned": lazy_("Returned"),
    "done": lazy_("Handed in"),
    "confirmed": lazy_("Confirmed"),
    "withdrawn": lazy_("Withdrawn"),
}
_CLOSENESS = {"red": lazy_("Past its day"), "yellow": lazy_("Near its day"), "blue": lazy_("In time")}
_VIEWS = {
    "late": lazy_("Late"),
    "near": lazy_("Near its day"),
    "in_time": lazy_("In time"),
    "open": lazy_("Not yet handed in"),
    "handed_in": lazy_("To be confirmed"),
    "confirmed": lazy_("Confirmed"),
    "all": lazy_("All"),
    "withdrawn": lazy_("Withdrawn"),
}
_WHOSE = {
    "": lazy_("Everybody's"),
    "own": lazy_("Of the units I answer for"),
    "asked": lazy_("Asked for by us"),
}


def _columns(_actor: Actor, _given: TaskFilter) -> list[Column[TaskRow]]:
    return [
        Column(_("Task"), lambda row: row.title, 48),
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("From the plan"), lambda row: row.plan_title, 32),
        Column(_("Who leads it"), lambda row: row.owner, 12),
        Column(_("Last day"), lambda row: row.due_on, 12),
        Column(_("State"), lambda row: str(_STATES[row.state]), 12),
        Column(_("How close"), lambda row: str(_CLOSENESS.get(row.colour, "")), 12),
        Column(_("How far, per cent"), lambda row: row.percent, 10),
        Column(_("Post"), lambda row: post_name(row.post) if row.post else "", 16),
    ]


def _chunks(actor: Actor, given: TaskFilter) -> Iterator[Sequence[TaskRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = tasks(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(_actor: Actor, given: TaskFilter) -> list[tuple[str, str]]:
    said = [
        (_("Which tasks"), str(_VIEWS[given.view])),
        (_("Whose tasks"), str(_WHOSE[given.whose])),
        *unit_said(given.unit_id),
    ]
    if given.plan_id is not None:
        title = db.session.scalar(select(Plan.title).where(Plan.id == given.plan_id))
        said.append((_("From the plan"), title or ""))
    if given.campaign_id is not None:
        name = db.session.scalar(select(Campaign.name).where(Campaign.id == given.campaign_id))
        said.append((_("Campaign"), name or ""))
    return said


TASKS: List[TaskFilter, TaskRow] = List(
    name="tasks.list",
    title=lazy_("Tasks"),
    permission=Permission.PLAN_VIEW,
    filter=TaskFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)


def _duty_columns(_actor: Actor, _given: ListedDuties) -> list[Column[Responsibility]]:
    return [
        Column(_("List"), lambda row: str(SECTIONS[row.section]), 20),
        Column(_("Post"), lambda row: post_name(row.post) if row.post else "", 16),
        Column(_("Who leads it"), lambda row: row.holder, 12),
        Column(_("What is to be done"), lambda row: row.label + row.title, 40),
        Column(_("Text"), lambda row: row.content, 60),
        Column(_("What is to be delivered"), lambda row: row.deliverable, 28),
        Column(_("When it counts as done well"), lambda row: row.standard, 28),
        Column(_("From the plan"), lambda row: row.plan_title, 32),
        Column(_("Last day"), lambda row: row.due_on, 12),
        Column(_("State"), lambda row: str(_STATES[row.state]), 12),
    ]


def _duty_chunks(actor: Actor, given: ListedDuties) -> Iterator[Sequence[Responsibility]]:
    path = db.session.scalar(select(Unit.path).where(Unit.id == given.unit_id))
    if given.unit_id is not None and path is not None and actor.can(Permission.PLAN_VIEW, path):
        yield responsibilities(given.unit_id, given.year)


RESPONSIBILITIES: List[ListedDuties, Responsibility] = List(
    name="tasks.responsibilities",
    title=lazy_("Responsibility lists"),
    permission=Permission.PLAN_VIEW,
    filter=ListedDuties,
    columns=_duty_columns,
    chunks=_duty_chunks,
    said=lambda _actor, given: [*unit_said(given.unit_id), (_("Year"), str(given.year))],
)
