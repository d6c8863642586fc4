"""Giving items to units: which items, which units, until when; the count is shown before anything is made."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.plans.forms import AssignForm
from services.web.plans.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.posts import POSTS
from shared.organisations.kinds import KINDS
from shared.organisations.models import Unit
from shared.plans.actions.assigning import Audience, Helping, assign, count_assignment
from shared.plans.actions.issuing import move_plan
from shared.plans.models import Plan
from shared.plans.queries.helping import offered_people, offered_units
from shared.plans.queries.trees import Branch, flat, tree


def _chosen(branches: list[Branch], texts: list[str]) -> list[int]:
    """Ticked items; none ticked: those that nobody has yet."""
    known = {one.item.id for one in branches if one.item.state == "item"}
    ticked = [key for text in texts if (key := person_key(text)) in known and key is not None]
    return ticked or [one.item.id for one in branches if one.assignable and not one.tasks]


@blueprint.route("/<int:plan_id>/assign", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def assign_items(plan_id: int) -> Response | str | tuple[str, int]:
    """GET shows how many tasks the choice makes; POST makes exactly those, or shows the new number."""
    sending = request.method == "POST"
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_EDIT, lock=sending)
    unit = fetch(Unit, plan.unit_id, actor=actor(), may=Permission.PLAN_EDIT)
    branches = flat(tree(plan.id))
    sent = request.form if sending else request.args
    items = _chosen(branches, sent.getlist("item"))
    # The choice stands in the address, so that a change of it shows its count at once.
    form = AssignForm(formdata=sent or None)
    form.offer(scope_units(actor(), Permission.PLAN_EDIT), {unit.line})
    kinds = tuple(kind for kind in form.kinds.data or () if kind in KINDS)
    under = (
        fetch(Unit, form.under_id.data, actor=actor(), may=Permission.PLAN_EDIT)
        if form.under_id.data is not None
        else None
    )
    to_posts = form.to.data == "posts"
    codes = tuple(code for code in form.posts.data or () if code in POSTS) if to_posts else ()
    given = Audience(kinds, under, to_posts=to_posts, posts=codes)
    units, people = offered_units(actor()), offered_people(plan.unit_id)
    form.offer_help(units, people)
    helping = Helping(
        tuple(key for key in form.helper_units.data or () if key in units),
        tuple(key for key in form.helper_people.data or () if key in people),
    )

    def page(status: int) -> tuple[str, int]:
        count = count_assignment(actor(), plan=plan, item_ids=items, given=given)
        form.seen.data = str(count[0])
        chosen = set(items)
        return (
            render_template(
                "plans/assign.html",
                form=form,
                plan=plan,
                unit=unit,
                items=[one for one in branches if one.item.state == "item" and one.item.style != "heading"],
                chosen=chosen,
                count=count,
                to_posts=to_posts,
                helping=helping,
                may_issue=plan.state in ("draft", "comments")
                and not any(one.item.state == "proposed" for one in branches),
                without=[
                    one.item
                    for one in branches
                    if one.item.id in chosen
                    and not kinds
                    and not one.item.unit_kinds
                    and not (to_posts and (codes or one.item.posts))
                ],
                postless=[
                    one.item
                    for one in branches
                    if one.item.id in chosen and to_posts and not codes and not one.item.posts
                ],
            ),
            status,
        )

    if not sending:
        return page(200)
    if not form.validate():
        return page(422)
    try:
        with transaction():
            made = assign(
                actor(),
                plan=plan,
                item_ids=items,
                given=given,
                due_on=form.due_on.data,
                seen=person_key(request.form.get("seen")) or 0,
                helping=helping,
            )
            told = (
                move_plan(actor(), plan=plan, to="issued")
                if request.form.get("issue") == "1" and plan.state in ("draft", "comments")
                else None
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
        return page(409)
    flash(_("%(n)s tasks made", n=made), "ok")
    if told is not None:
        flash(_("Issued; %(n)s messages are on their way", n=told), "ok")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)
