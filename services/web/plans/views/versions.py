"""The versions of a plan and what changed between them; an item that is taken back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.plans.forms import OFTEN, WithdrawForm
from services.web.plans.views.pages import plan_states
from services.web.plans.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Invalid, NotFound
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.actions.changes import WORDS, differences, untold, withdraw_item
from shared.plans.models import Plan, PlanItem, Task
from shared.plans.queries.trees import versions as versions_of


def _said(name: str, value: Any) -> str:
    """A kept value as a reader says it."""
    if value is None or value == "":
        return "—"
    if name == "cadence":
        return str(OFTEN.get(value, value))
    if name == "duty_kind":
        return str(KINDS[value].name) if value in KINDS else str(value)
    if name == "state":
        words = {"item": _("Valid"), "proposed": _("Proposed"), "dropped": _("Dropped")}
        return words.get(value, str(value))
    return str(value)


@blueprint.get("/<int:plan_id>/versions")
@requires(Permission.PLAN_VIEW)
def versions(plan_id: int) -> str:
    """What changed from version to version, and what changed since and is told to nobody yet."""
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_VIEW)
    unit = fetch(Unit, plan.unit_id, actor=actor(), may=Permission.PLAN_VIEW)
    kept = versions_of(plan.id)
    asked = person_key(request.args.get("number"))
    place = next((n for n, one in enumerate(kept) if one.number == asked), 0)
    before = kept[place + 1] if place + 1 < len(kept) else None
    return render_template(
        "plans/versions.html",
        plan=plan,
        kept=kept,
        shown=kept[place] if kept else None,
        before=before,
        changed=differences(before.items, kept[place].items) if before is not None else [],
        waiting=untold(plan) if plan.state == "issued" else [],
        names={name: str(word) for name, word in WORDS.items()},
        said=_said,
        states=plan_states(),
        may_edit=actor().can(Permission.PLAN_EDIT, unit.path),
    )


@blueprint.route("/items/<int:plan_item_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def withdraw(plan_item_id: int) -> Response | str | tuple[str, int]:
    """Take an item back with a reason; its tasks that are not confirmed go with it."""
    item = db.session.execute(select(PlanItem).where(PlanItem.id == plan_item_id)).scalar_one_or_none()
    if item is None:
        raise NotFound(_("There is nothing at this address."))
    plan = fetch(Plan, item.plan_id, actor=actor(), may=Permission.PLAN_EDIT, lock=request.method == "POST")
    form = WithdrawForm()

    def page(status: int) -> tuple[str, int]:
        states = db.session.scalars(
            select(Task.state).where(Task.plan_item_id == item.id, Task.state != "withdrawn")
        ).all()
        going = sum(1 for one in states if one != "confirmed")
        return (
            render_template(
                "plans/withdraw.html",
                form=form,
                plan=plan,
                item=item,
                going=going,
                staying=len(states) - going,
            ),
            status,
        )

    if request.method == "GET":
        return page(200)
    if not form.validate():
        return page(422)
    try:
        with transaction():
            gone, told = withdraw_item(actor(), plan=plan, item=item, reason=form.reason.data or "")
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Withdrawn with %(n)s tasks; %(m)s messages are on their way", n=gone, m=told), "ok")
    return redirect(url_for("plans.show", plan_id=plan.id) + f"#i{item.id}", 303)
