"""Plans of the superior: one issued, with the units' tasks in every state, and the draft of the next year's."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select, text

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.clock import ZONE
from shared.db import db
from shared.organisations.models import Unit
from shared.plans.actions.assigning import Audience, assign, count_assignment
from shared.plans.actions.drafts import ItemWords, change_item, decide_items
from shared.plans.actions.issuing import move_plan
from shared.plans.actions.papers import make_plan
from shared.plans.models import Plan as Paper
from shared.plans.models import PlanItem, Task, TaskNote
from shared.plans.reading.source import pasted

#: To whom the items go, by line.
KINDS = {"party": "party_branch", "union": "primary_union_committee"}
#: Acts behind each state, the first first.
ACTS = {
    "assigned": (),
    "accepted": ("accept", "progress"),
    "done": ("accept", "done"),
    "returned": ("accept", "done", "return"),
    "confirmed": ("accept", "done", "confirm"),
}
#: What the home unit's tasks have come to, in turn.
AT_HOME = ("accepted", "done", "confirmed", "returned", "assigned", "accepted")
#: Of the tasks past their day, the share that nobody has done.
LATE = 0.06

_DATED = text(
    "update task set begins_on = :issued, assigned_at = :at,"
    " due_on = greatest(coalesce(item.due_on, task.due_on), :issued)"
    " from plan_item item where item.tenant_id = task.tenant_id and item.id = task.plan_item_id"
    " and task.plan_id = :plan_id"
)
_STATES = text(
    "update task set state = given.state, percent = given.percent, owner_id = given.owner_id,"
    " done_at = given.done_at, version = given.version"
    " from unnest(cast(:ids as bigint[]), cast(:states as text[]), cast(:percents as int[]),"
    " cast(:owners as bigint[]), cast(:done as timestamptz[]), cast(:versions as int[]))"
    " as given (id, state, percent, owner_id, done_at, version) where task.id = given.id"
)


def issue_plans(
    plan: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    officer: Belonging,
    on: date,
) -> None:
    """This year's paper, issued and worked on; next year's, read and not decided yet."""
    said, actor = read("points"), acting(admin, officer)
    words = {"year": str(on.year), "next": str(on.year + 1)}
    root = db.session.execute(select(Unit).where(Unit.id == units[plan.levels[0][0].name].id)).scalar_one()
    paper = _paper(actor, root, said[plan.line]["text"], words, f"demo plan {plan.domain}")
    decide_items(actor, plan=paper, item_ids=None, take=True)
    _want(actor, paper, said["wanted"])
    given = Audience(kinds=(KINDS[plan.line],), under=root)
    wanted = list(
        db.session.scalars(
            select(PlanItem.id).where(PlanItem.plan_id == paper.id, PlanItem.style == "clause")
        )
    )
    count, _items, _units = count_assignment(actor, plan=paper, item_ids=wanted, given=given)
    assign(actor, plan=paper, item_ids=wanted, given=given, due_on=date(on.year, 12, 31), seen=count)
    move_plan(actor, plan=paper, to="issued")
    _work(plan, units, staffs, paper, officer, on)
    _paper(actor, root, said[plan.line]["draft"], words, f"demo draft {plan.domain}")


def _paper(actor: Actor, unit: Unit, source: str, words: dict[str, str], form_key: str) -> Paper:
    for name, value in words.items():
        source = source.replace(f"{{{name}}}", value)
    paper, _new = make_plan(actor, unit=unit, source=pasted(source.strip()), form_key=form_key)
    return paper


def _want(actor: Actor, paper: Paper, wanted: list[dict[str, str]]) -> None:
    """What some items are to deliver, and what proves it."""
    items = db.session.scalars(
        select(PlanItem)
        .where(PlanItem.plan_id == paper.id, PlanItem.style == "clause")
        .order_by(PlanItem.path)
    ).all()
    for item in items:
        said = next((one for one in wanted if one["word"] in item.content), None)
        if said is None:
            continue
        change_item(
            actor,
            plan=paper,
            item=item,
            given=ItemWords(
                item.heading, item.content, item.cadence, item.times, item.due_on, item.audience,
                item.duty_kind, said["deliverable"], said["proof"], item.standard,
            ),
        )  # fmt: skip


def _work(
    plan: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    paper: Paper,
    officer: Belonging,
    on: date,
) -> None:
    """As if it had been issued early in the year: tasks accepted, done, returned, confirmed, and a few late."""
    chance = Random(f"tasks of {plan.domain}")
    issued = min(on, date(on.year, 1, 12))
    at = datetime.combine(issued, time(10, 5), ZONE)
    paper.issued_on, paper.created_at = issued, at - timedelta(days=3)
    db.session.flush()
    db.session.execute(_DATED, {"issued": issued, "at": at, "plan_id": paper.id})
    db.session.expire_all()
    leading = {units[name].id: staffs[name].posts.get(plan.leading) for name in units if name in staffs}
    home, turn, late = units[plan.home].id, 0, False
    states: dict[str, list[Any]] = {
        name: [] for name in ("ids", "states", "percents", "owners", "done", "versions")
    }
    notes: list[dict[str, Any]] = []
    for task_id, unit_id, due_on in db.session.execute(
        select(Task.id, Task.unit_id, Task.due_on)
        .where(Task.plan_id == paper.id)
        .order_by(Task.plan_item_id, Task.unit_id)
    ).all():
        state = _state(chance, issued, due_on, on)
        if due_on < on and unit_id != home and not late:
            # However the dice fall, somebody is late with it.
            state, late = "accepted", True
        if unit_id == home:
            state, turn = AT_HOME[turn % len(AT_HOME)], turn + 1
        if (on - issued).days < 3:
            state = "assigned"
        owner = leading.get(unit_id)
        percent = 100 if state in ("done", "returned", "confirmed") else 0
        percent = chance.choice((10, 30, 50, 60, 80)) if state == "accepted" else percent
        story = _story(task_id, state, percent, owner, officer, issued, min(due_on, on), chance)
        notes += story
        for name, value in zip(
            states,
            (
                task_id,
                state,
                percent,
                owner.person_id if owner and state != "assigned" else None,
                next((one["at"] for one in story if one["act"] == "done"), None),
                1 + len(story),
            ),
            strict=True,
        ):
            states[name].append(value)
    db.session.execute(_STATES, states)
    if notes:
        db.session.execute(insert(TaskNote), notes)
    db.session.expire_all()


def _state(chance: Random, issued: date, due_on: date, on: date) -> str:
    if due_on < on and chance.random() > LATE:
        return chance.choices(("confirmed", "done", "returned"), (88, 9, 3))[0]
    if due_on < on:
        return chance.choice(("accepted", "assigned"))
    passed = (on - issued).days / max(1, (due_on - issued).days)
    if chance.random() < 0.45 * passed:
        return chance.choices(("done", "confirmed", "returned"), (50, 42, 8))[0]
    return "accepted" if chance.random() < 0.4 + 0.55 * passed else "assigned"


def _story(
    task_id: int,
    state: str,
    percent: int,
    owner: Belonging | None,
    officer: Belonging,
    issued: date,
    until: date,
    chance: Random,
) -> list[dict[str, Any]]:
    """The acts that led to a state, on working days between the issue and its end."""
    remarks = read("points")["remarks"]
    acts = ACTS[state]
    span = max(0, (until - issued).days)
    ahead = sorted(chance.randint(0, span) for _act in acts)
    rows = []
    for number, (act, days) in enumerate(zip(acts, ahead, strict=True)):
        above = act in ("return", "confirm")
        remark = {"return": remarks["returned"], "confirm": remarks["confirm"]}.get(act, "")
        if act in ("progress", "done"):
            remark = chance.choice(remarks[act])
        who = officer if above else owner
        rows.append(
            {
                "task_id": task_id,
                "act": act,
                "remark": remark,
                "percent": {"progress": percent, "done": 100}.get(act),
                "person_id": who.person_id if who else None,
                "at": datetime.combine(issued + timedelta(days=days), time(11 + number, 20), ZONE),
                "form_key": f"demo task {task_id} {number}",
            }
        )
    return rows
