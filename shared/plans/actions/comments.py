"""A draft that is out for comments: units below say what they think of an item, the author takes it or not, and why."""

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.models import Plan, PlanComment, PlanItem, Task

#: The kind of occasion, for the composers of the worker.
OCCASION = "plan"
MAX_REMARK = 500
ANSWERS = ("taken", "not_taken")
#: At most so many remarks of one unit on one draft.
MOST = 200


def ask_for_comments(actor: Actor, plan: Plan) -> int:
    """Tell the units that will have tasks of it; where none is given yet, the units right below."""
    units = db.session.scalars(
        select(Task.unit_id).where(Task.plan_id == plan.id, Task.state != "withdrawn").distinct()
    ).all()
    if not units:
        units = db.session.scalars(
            select(Unit.id).where(Unit.parent_id == plan.unit_id, Unit.state == "active")
        ).all()
    people = answering_for(*units) if units else set()
    return tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{plan.id}:comments:{plan.version}",
        detail={"plan_id": plan.id, "what": "comments"},
        person_ids=people - {actor.person_id},
    )


def comment(
    actor: Actor, *, plan: Plan, unit_id: int, plan_item_id: int | None, remark: str, form_key: str
) -> bool:
    """Say something of a draft in the name of a unit; the same form again gives False.

    Raises Conflict once the draft is not out for comments any more, Invalid with the wrong fields.
    """
    if db.session.scalar(select(PlanComment.id).where(PlanComment.form_key == form_key)) is not None:
        return False
    if plan.state != "comments":
        raise Conflict(_("This plan is not out for comments any more."))
    wrong: dict[str, object] = {}
    if not remark.strip():
        wrong["remark"] = _("This is missing.")
    elif len(remark) > MAX_REMARK:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_REMARK)
    if plan_item_id is not None and not db.session.scalar(
        select(PlanItem.id).where(
            PlanItem.id == plan_item_id, PlanItem.plan_id == plan.id, PlanItem.state == "item"
        )
    ):
        wrong["plan_item_id"] = _("Choose one of the list.")
    said = db.session.scalar(
        select(func.count()).where(PlanComment.plan_id == plan.id, PlanComment.unit_id == unit_id)
    )
    if (said or 0) >= MOST:
        wrong["remark"] = _("At most %(n)s remarks of one unit.", n=MOST)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(remark)
    row = PlanComment(
        plan_id=plan.id,
        plan_item_id=plan_item_id,
        unit_id=unit_id,
        person_id=actor.person_id,
        remark=remark.strip(),
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, verb="plan.comment", object_type="plan", object_id=plan.id, unit_id=unit_id)
    return True


def answer_comment(actor: Actor, *, plan: Plan, comment_id: int, answer: str, reply: str) -> bool:
    """Say whether a remark is taken; it can be said anew. The unit is told. False when nothing differs."""
    row = db.session.scalar(
        select(PlanComment).where(PlanComment.id == comment_id, PlanComment.plan_id == plan.id)
    )
    if row is None or answer not in ANSWERS:
        raise Invalid(_("Choose one of the list."))
    if len(reply) > MAX_REMARK:
        raise Invalid(_("At most %(n)s characters.", n=MAX_REMARK))
    if answer == "not_taken" and not reply.strip():
        raise Invalid(_("Say why it is not taken."))
    refuse_marks(reply)
    if (row.answer, row.reply) == (answer, reply.strip()):
        return False
    row.answer, row.reply, row.answered_by, row.answered_at = answer, reply.strip(), actor.person_id, now()
    db.session.flush()
    record(
        actor,
        verb="plan.answer_comment",
        object_type="plan",
        object_id=plan.id,
        unit_id=plan.unit_id,
        detail={"answer": answer},
    )
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{plan.id}:answer:{row.id}:{answer}",
        detail={"plan_id": plan.id, "what": "answer", "answer": answer},
        person_ids={row.person_id} - {actor.person_id},
    )
    return True
