"""Campaigns: the list with sums over all their plans, one campaign's items, and what becomes of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.organisations.models import Unit
from shared.plans.models import Campaign, Plan, PlanItem, Task
from shared.plans.queries.tasks import OPEN

PAGE = 50


@dataclass(frozen=True, slots=True)
class Sums:
    """Of all units the items were given to."""

    items: int
    tasks: int
    done: int
    late: int


@dataclass(frozen=True, slots=True)
class CampaignRow:
    id: int
    name: str
    year_from: int
    year_to: int
    state: str
    unit_name: str
    sums: Sums


def _counted() -> Any:
    """Sums of each campaign over its items, one row a campaign, beside the row at hand."""
    return (
        select(
            func.count(func.distinct(PlanItem.id)).label("items"),
            func.count(Task.id).label("tasks"),
            func.count(Task.id).filter(Task.state.in_(("done", "confirmed"))).label("done"),
            func.count(Task.id).filter(Task.state.in_(OPEN), Task.due_on < today()).label("late"),
        )
        .select_from(PlanItem)
        .join(
            Task,
            and_(
                Task.tenant_id == PlanItem.tenant_id,
                Task.plan_id == PlanItem.plan_id,
                Task.plan_item_id == PlanItem.id,
                Task.state != "withdrawn",
            ),
            isouter=True,
        )
        .where(PlanItem.campaign_id == Campaign.id, PlanItem.state == "item")
        .lateral("counted")
    )


def campaigns(actor: Actor, *, before: int | None = None) -> tuple[list[CampaignRow], int | None]:
    """Campaigns of the units in reach, newest first, and the id to go on before. One query."""
    counted = _counted()
    statement = (
        select(
            Campaign.id,
            Campaign.name,
            Campaign.year_from,
            Campaign.year_to,
            Campaign.state,
            Unit.name,
            counted.c["items"],
            counted.c.tasks,
            counted.c.done,
            counted.c.late,
        )
        .join(Unit, and_(Unit.tenant_id == Campaign.tenant_id, Unit.id == Campaign.unit_id))
        .join(counted, Campaign.id.is_not(None))
        .where(reach_filter(actor, Permission.PLAN_VIEW, Unit.path))
        .order_by(Campaign.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Campaign.id < before)
    found: Any = db.session.execute(statement)
    rows = [CampaignRow(row[0], row[1], row[2], row[3], row[4], row[5], Sums(*row[6:])) for row in found]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return rows, rows[-1].id if more else None


@dataclass(frozen=True, slots=True)
class CampaignItem:
    id: int
    plan_id: int
    plan_title: str
    year: int | None
    label: str
    title: str
    tasks: int
    done: int
    late: int


def campaign_items(campaign_id: int, *, after: int | None = None) -> tuple[list[CampaignItem], int | None]:
    """One page of its items in the order in which they were taken in, and the id to go on after. One query."""
    counts = (
        select(
            func.count().label("tasks"),
            func.count().filter(Task.state.in_(("done", "confirmed"))).label("done"),
            func.count().filter(Task.state.in_(OPEN), Task.due_on < today()).label("late"),
        )
        .where(Task.plan_id == PlanItem.plan_id, Task.plan_item_id == PlanItem.id, Task.state != "withdrawn")
        .lateral("counts")
    )
    statement = (
        select(
            PlanItem.id,
            PlanItem.plan_id,
            Plan.title,
            Plan.year_from,
            PlanItem.label,
            func.coalesce(func.nullif(PlanItem.heading, ""), func.left(PlanItem.content, 80)),
            counts.c.tasks,
            counts.c.done,
            counts.c.late,
        )
        .join(Plan, and_(Plan.tenant_id == PlanItem.tenant_id, Plan.id == PlanItem.plan_id))
        .join(counts, PlanItem.id.is_not(None))
        .where(PlanItem.campaign_id == campaign_id, PlanItem.state == "item")
        .order_by(PlanItem.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        statement = statement.where(PlanItem.id > after)
    rows = [CampaignItem(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return rows, rows[-1].id if more else None


def campaign_sums(campaign_id: int) -> Sums:
    """Over all its items. One query."""
    counted = _counted()
    row = db.session.execute(
        select(counted.c["items"], counted.c.tasks, counted.c.done, counted.c.late)
        .select_from(Campaign)
        .join(counted, Campaign.id.is_not(None))
        .where(Campaign.id == campaign_id)
    ).one()
    return Sums(*row)
