"""A draft is sent for comments, issued, closed or declared void; each step keeps how the items stood."""

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.plans.actions.changes import carry_over, kept_items, untold
from shared.plans.actions.comments import ask_for_comments
from shared.plans.actions.telling import tell_all
from shared.plans.models import Plan, PlanItem, PlanVersion

#: What may follow what.
NEXT = {
    "draft": ("comments", "issued", "void"),
    "comments": ("draft", "issued", "void"),
    "issued": ("issued", "closed"),
    "closed": ("issued",),
    "void": (),
}


def move_plan(actor: Actor, *, plan: Plan, to: str, remark: str = "") -> int:
    """Take a plan one step on; returns how many people are told. The same step twice does nothing.

    Issuing needs no open proposal; issuing an issued plan again carries its changes into the open tasks and tells
    whoever has them. Raises Conflict for a step that cannot follow, Invalid where proposals wait or nothing changed.
    """
    if plan.state == to and to != "issued":
        return 0
    if to not in NEXT[plan.state]:
        raise Conflict(_("This step cannot follow; look at the plan again."))
    refuse_marks(remark)
    if to == "issued" and plan.state != "closed":
        _refuse_undecided(plan)
    changed = untold(plan) if to == "issued" and plan.state == "issued" else None
    if changed is not None and not changed:
        raise Invalid(_("Nothing has changed since the last version."))
    last = db.session.scalar(
        select(PlanVersion.number)
        .where(PlanVersion.plan_id == plan.id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    plan.state = to
    if to == "issued" and plan.issued_on is None:
        plan.issued_on = today()
    db.session.add(
        PlanVersion(
            plan_id=plan.id,
            number=(last or 0) + 1,
            state=to,
            remark=remark.strip()[:500],
            items=kept_items(plan.id),
            person_id=actor.person_id,
        )
    )
    db.session.flush()
    record(
        actor,
        verb="plan.move",
        object_type="plan",
        object_id=plan.id,
        unit_id=plan.unit_id,
        detail={"state": to},
    )
    if changed is not None:
        return carry_over(actor, plan, changed, (last or 0) + 1)
    if to == "comments":
        return ask_for_comments(actor, plan)
    return tell_all(actor, plan) if to == "issued" else 0


def _refuse_undecided(plan: Plan) -> None:
    waiting = db.session.scalar(
        select(PlanItem.id).where(PlanItem.plan_id == plan.id, PlanItem.state == "proposed").limit(1)
    )
    if waiting is not None:
        raise Invalid(_("Some proposals still wait: take them on or drop them first."))
