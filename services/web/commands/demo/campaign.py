"""Around the plan: a campaign with items of it, helpers of a task, one own ladder, one day the tenant works."""

from datetime import date, timedelta

from sqlalchemy import insert, select

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.db import db
from shared.organisations.models import Unit
from shared.plans.actions.campaigns import make_campaign, put_items
from shared.plans.actions.helping import set_helpers
from shared.plans.models import Plan as Paper
from shared.plans.models import PlanItem, Task
from shared.reminders.models import LadderStep
from shared.workdays.models import Workday

#: Items of the campaign, and tasks of the home unit with helpers.
ITEMS, HELPED = 5, 2


def campaign(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    officer: Belonging,
    on: date,
) -> None:
    """Three years under one name, and who helps the home unit."""
    words, actor = read("service")[given.line], acting(admin, officer)
    root = db.session.execute(select(Unit).where(Unit.id == units[given.levels[0][0].name].id)).scalar_one()
    paper = db.session.execute(select(Paper).where(Paper.state == "issued")).scalar_one()
    made, _new = make_campaign(
        actor,
        unit=root,
        name=words["campaign"],
        year_from=on.year - 1,
        year_to=on.year + 1,
        remark="",
        form_key=f"demo campaign {given.domain}",
    )
    items = db.session.scalars(
        select(PlanItem.id)
        .where(PlanItem.plan_id == paper.id, PlanItem.state == "item", PlanItem.style == "clause")
        .order_by(PlanItem.path)
        .limit(ITEMS)
    ).all()
    put_items(actor, campaign=made, plan=paper, item_ids=list(items))
    _help(given, units, staffs, actor, paper)
    db.session.execute(
        insert(LadderStep).values(kind=words["ladder"], coming=5, overdue=2, superior=6, leader=12)
    )
    db.session.execute(insert(Workday).values(on_date=_saturday(on), worked=True, remark=words["workday"]))


def _help(
    given: Plan, units: dict[str, Planted], staffs: dict[str, Staff], actor: Actor, paper: Paper
) -> None:
    home = units[given.home].id
    beside = next(place.name for place in given.levels[2] if place.name != given.home)
    person = staffs[given.home].members[3].person_id
    tasks = db.session.scalars(
        select(Task)
        .where(Task.plan_id == paper.id, Task.unit_id == home, Task.state.in_(("assigned", "accepted")))
        .order_by(Task.id)
        .limit(HELPED)
    ).all()
    for task in tasks:
        set_helpers(
            actor,
            task=task,
            units={units[beside].id},
            people={person},
            offered=({units[beside].id}, {person}),
            version=task.version,
        )


def _saturday(on: date) -> date:
    """The first Saturday three weeks from now."""
    later = on + timedelta(days=21)
    return later + timedelta(days=(5 - later.weekday()) % 7)
