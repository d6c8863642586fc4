"""A draft out for comments: what units below say of it, and what the author answers."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.plans.forms import CommentForm
from services.web.plans.views.pages import plan_states
from services.web.plans.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.actions.comments import answer_comment, comment
from shared.plans.models import Plan
from shared.plans.queries.comments import open_draft, remarks, units_asked
from shared.plans.queries.trees import flat, tree


def _page(
    plan: Plan, unit: Unit, *, author: bool, form: CommentForm | None = None, status: int = 200
) -> tuple[str, int]:
    units = units_asked(actor(), unit)
    items = [one for one in flat(tree(plan.id)) if one.item.state == "item" and one.item.style != "heading"]
    if form is None:
        form = CommentForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            plan_item_id=person_key(request.args.get("plan_item_id")) or "",
        )
    form.unit_id.choices = units
    form.plan_item_id.choices = [
        ("", _("the plan as a whole")),
        *((one.item.id, one.item.label + (one.item.heading or one.item.content)[:40]) for one in items),
    ]
    return (
        render_template(
            "plans/comments.html",
            plan=plan,
            unit=unit,
            author=author,
            form=form,
            items=items,
            units=units,
            may_say=plan.state == "comments" and bool(units),
            rows=remarks(plan.id, of_units=None if author else [key for key, _name in units]),
            states=plan_states(),
            reads=actor().can(Permission.PLAN_VIEW, unit.path),
        ),
        status,
    )


@blueprint.get("/<int:plan_id>/comments")
@requires(Permission.PLAN_VIEW)
def comments(plan_id: int) -> tuple[str, int]:
    """The draft to read, and what is said of it: the author sees all, a unit its own."""
    plan, unit, author = open_draft(actor(), plan_id)
    return _page(plan, unit, author=author)


@blueprint.post("/<int:plan_id>/comments")
@requires(Permission.TASK_WORK)
@limiter.limit("120 per hour")
def say(plan_id: int) -> Response | tuple[str, int]:
    """One remark in the name of a unit."""
    plan, unit, author = open_draft(actor(), plan_id, lock=True)
    form = CommentForm()
    units = [key for key, _name in units_asked(actor(), unit)]
    if not form.validate() or not form.form_key.data:
        return _page(plan, unit, author=author, form=form, status=422)
    try:
        if form.unit_id.data not in units:
            raise Invalid(
                _("Some fields need another look."), fields={"unit_id": _("Choose one of the list.")}
            )
        with transaction():
            comment(
                actor(),
                plan=plan,
                unit_id=form.unit_id.data or 0,
                plan_item_id=form.plan_item_id.data,
                remark=form.remark.data or "",
                form_key=form.form_key.data,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(plan, unit, author=author, form=form, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        return _page(plan, unit, author=author, form=form, status=409)
    flash(_("Said; the author sees it."), "ok")
    return redirect(url_for("plans.comments", plan_id=plan.id), 303)


@blueprint.post("/<int:plan_id>/answer")
@requires(Permission.PLAN_EDIT)
def answer(plan_id: int) -> Response:
    """Whether a remark is taken, and why not."""
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_EDIT)
    key = person_key(request.form.get("comment_id")) or 0
    try:
        with transaction():
            answer_comment(
                actor(),
                plan=plan,
                comment_id=key,
                answer=request.form.get("answer", ""),
                reply=request.form.get("reply", ""),
            )
    except Invalid as problem:
        flash(str(problem), "due")
    else:
        flash(_("Saved."), "ok")
    return redirect(url_for("plans.comments", plan_id=plan.id) + f"#c{key}", 303)
