"""After a plan is issued: what changed since the last version reaches the open tasks; an item can be withdrawn."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from shared.access.actor import Actor
from shared.clock import now
from shared.db import db
from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _, lazy_
from shared.plans.actions.drafts import note_plan, refuse_over
from shared.plans.actions.telling import tell_tasks
from shared.plans.models import Plan, PlanItem, PlanVersion

MAX_REASON = 500
#: What a version keeps of each item, and what a reader calls it; only these count as a change.
WORDS = {
    "heading": lazy_("Heading of the item"),
    "content": lazy_("What is to be done"),
    "due_on": lazy_("To be done by"),
    "cadence": lazy_("How often"),
    "times": lazy_("How many times"),
    "audience": lazy_("For whom"),
    "duty_kind": lazy_("The ledger shows it as"),
    "deliverable": lazy_("What is to be delivered"),
    "proof": lazy_("What proves it"),
    "standard": lazy_("When it counts as done well"),
    "state": lazy_("State"),
}
KEPT = ("path", "label", *WORDS)
#: What a task takes over from its item.
_TAKEN = {"heading", "content", "due_on", "duty_kind", "deliverable", "proof", "standard"}


@dataclass(frozen=True, slots=True)
class Changed:
    """One item that differs between two versions: `fields` are (name, before, after)."""

    path: str
    label: str
    title: str
    fields: tuple[tuple[str, Any, Any], ...]

    @property
    def names(self) -> set[str]:
        return {name for name, _before, _after in self.fields}


def kept_items(plan_id: int) -> list[dict[str, Any]]:
    """The items as a version keeps them. One query."""
    rows = db.session.execute(
        select(*(getattr(PlanItem, name) for name in KEPT))
        .where(PlanItem.plan_id == plan_id)
        .order_by(PlanItem.path)
    )
    found = [dict(zip(KEPT, row, strict=True)) for row in rows]
    for one in found:
        one["due_on"] = one["due_on"].isoformat() if one["due_on"] else None
    return found


def differences(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Changed]:
    """What differs, in the order of the text. What an old version did not keep yet counts as unchanged."""
    old = {one["path"]: one for one in before}
    found = []
    for one in after:
        former = old.get(one["path"], {})
        fields = tuple(
            (name, former[name], one[name]) for name in WORDS if name in former and former[name] != one[name]
        )
        if fields:
            found.append(Changed(one["path"], one["label"], one["heading"] or one["content"][:60], fields))
    return found


def last_issued(plan_id: int) -> PlanVersion | None:
    """The version that those concerned know. One query."""
    return db.session.scalar(
        select(PlanVersion)
        .where(PlanVersion.plan_id == plan_id, PlanVersion.state == "issued")
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )


def untold(plan: Plan) -> list[Changed]:
    """What changed since the last issued version and is told to nobody yet. Two queries."""
    version = last_issued(plan.id)
    return differences(version.items, kept_items(plan.id)) if version is not None else []


def carry_over(actor: Actor, plan: Plan, changed: list[Changed], number: int) -> int:
    """Change the open tasks of these items, note it in the story of each, tell who has them. Returns messages.

    What is handed in or confirmed stays as it was asked for. A part that was passed on never gets a later day. A
    constant number of statements.
    """
    wanted = {one.path: one for one in changed if one.names & _TAKEN}
    if not wanted:
        return 0
    rows = db.session.execute(
        select(PlanItem.id, PlanItem.path).where(
            PlanItem.plan_id == plan.id, PlanItem.path.in_(wanted), PlanItem.state == "item"
        )
    ).all()
    remarks = [
        _(
            "Version %(n)s of the plan: %(fields)s",
            n=number,
            fields="、".join(str(WORDS[name]) for name, _b, _a in wanted[row.path].fields),
        )
        for row in rows
    ]
    tasks = db.session.scalars(
        _CARRY,
        {
            "ids": [row.id for row in rows],
            "days": [row.id for row in rows if "due_on" in wanted[row.path].names],
            "remarks": remarks,
            "by": actor.person_id,
            "at": now(),
            "key": f"plan {plan.id} version {number} task ",
        },
    ).all()
    return tell_tasks(
        actor, plan, what="change", key=f"version:{number}", task_ids=list(tasks), number=number
    )


_CARRY = text(
    "with said as (select id, remark from unnest(cast(:ids as bigint[]), cast(:remarks as text[])) as s (id, remark)),"
    " fresh as (select task.tenant_id, task.id, said.remark, item.heading, item.content, item.deliverable, item.proof,"
    " item.standard, item.duty_kind, case when item.due_on is null or not item.id = any(cast(:days as bigint[]))"
    " then task.due_on when task.parent_id is null then greatest(task.begins_on, item.due_on)"
    " else greatest(task.begins_on, least(task.due_on, item.due_on)) end as due_on"
    " from task join plan_item as item on item.tenant_id = task.tenant_id and item.id = task.plan_item_id"
    " join said on said.id = item.id where task.state in ('assigned', 'accepted', 'returned')),"
    " changed as (update task set title = case when fresh.heading <> '' then fresh.heading"
    " else left(fresh.content, 200) end, content = fresh.content, deliverable = fresh.deliverable,"
    " proof = fresh.proof, standard = fresh.standard, duty_kind = fresh.duty_kind, due_on = fresh.due_on,"
    " told = case when fresh.due_on = task.due_on then told else 0 end, version = task.version + 1"
    " from fresh where task.tenant_id = fresh.tenant_id and task.id = fresh.id returning task.id, fresh.remark),"
    " noted as (insert into task_note (task_id, act, remark, person_id, at, form_key)"
    " select id, 'change', remark, :by, :at, cast(:key as text) || id from changed)"
    " select id from changed"
)


def withdraw_item(actor: Actor, *, plan: Plan, item: PlanItem, reason: str) -> tuple[int, int]:
    """Take an item back, with the tasks of it that are not confirmed; (tasks, messages). Twice is once.

    Raises Invalid without a reason, Conflict where the plan is over.
    """
    refuse_over(plan)
    if item.state == "dropped":
        return 0, 0
    if not reason.strip():
        raise Invalid(_("Some fields need another look."), fields={"reason": _("Say why.")})
    if len(reason) > MAX_REASON:
        raise Invalid(
            _("Some fields need another look."),
            fields={"reason": _("At most %(n)s characters.", n=MAX_REASON)},
        )
    refuse_marks(reason)
    item.state, item.decided_by, item.decided_at = "dropped", actor.person_id, now()
    plan.version += 1
    db.session.flush()
    tasks = db.session.scalars(
        _WITHDRAW,
        {
            "item": item.id,
            "reason": reason.strip(),
            "by": actor.person_id,
            "at": now(),
            "key": f"plan {plan.id} withdrawn {plan.version} task ",
        },
    ).all()
    note_plan(actor, plan, "plan.withdraw_item", tasks=len(tasks))
    if plan.state != "issued":
        return len(tasks), 0
    told = tell_tasks(
        actor,
        plan,
        what="withdraw",
        key=f"item:{item.id}:{plan.version}",
        task_ids=list(tasks),
        # Where the reason stands: a message carries keys only.
        note=f"plan {plan.id} withdrawn {plan.version} task {min(tasks, default=0)}",
    )
    return len(tasks), told


_WITHDRAW = text(
    "with gone as (update task set state = 'withdrawn', version = version + 1 where plan_item_id = :item"
    " and state in ('assigned', 'accepted', 'returned', 'done') returning id),"
    " noted as (insert into task_note (task_id, act, remark, person_id, at, form_key)"
    " select id, 'withdraw', :reason, :by, :at, cast(:key as text) || id from gone)"
    " select id from gone"
)
