"""Campaigns: items of many plans under one name, with their progress."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.plans.forms import CampaignForm
from services.web.plans.views.pages import own_units
from services.web.plans.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.actions.campaigns import change_campaign, make_campaign, plans_to_take_from, put_items
from shared.plans.models import Campaign, Plan
from shared.plans.queries.campaigns import campaign_items, campaign_sums, campaigns
from shared.plans.queries.trees import flat, tree


@blueprint.get("/campaigns")
@requires(Permission.PLAN_VIEW)
def campaign_list() -> str:
    """Campaigns in reach, newest first."""
    rows, more = campaigns(actor(), before=person_key(request.args.get("before")))
    return render_template(
        "plans/campaigns.html", rows=rows, more=more, may_make=actor().may(Permission.PLAN_EDIT)
    )


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@limiter.limit("60 per hour", methods=["POST"])
def new_campaign() -> Response | str | tuple[str, int]:
    sending = request.method == "POST"
    form = (
        CampaignForm()
        if sending
        else CampaignForm(formdata=None, form_key=secrets.token_hex(12), year_from=today().year, state="open")
    )
    form.offer(own_units())
    if not sending:
        return render_template("plans/campaign_form.html", form=form, campaign=None)
    if not form.validate() or not form.form_key.data:
        return render_template("plans/campaign_form.html", form=form, campaign=None), 422
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.PLAN_EDIT)
    try:
        with transaction():
            row, _fresh = make_campaign(
                actor(),
                unit=unit,
                name=form.name.data or "",
                year_from=form.year_from.data,
                year_to=form.year_to.data,
                remark=form.remark.data or "",
                form_key=form.form_key.data,
            )
            key = row.id
    except Invalid as problem:
        show_problem(form, problem)
        return render_template("plans/campaign_form.html", form=form, campaign=None), 422
    return redirect(url_for("plans.campaign", campaign_id=key), 303)


@blueprint.get("/campaigns/<int:campaign_id>")
@requires(Permission.PLAN_VIEW)
def campaign(campaign_id: int) -> str:
    """Its items over all plans, each with its progress; every number opens into its tasks."""
    row = fetch(Campaign, campaign_id, actor=actor(), may=Permission.PLAN_VIEW)
    unit = fetch(Unit, row.unit_id, actor=actor(), may=Permission.PLAN_VIEW)
    items, more = campaign_items(row.id, after=person_key(request.args.get("after")))
    return render_template(
        "plans/campaign.html",
        campaign=row,
        unit=unit,
        items=items,
        more=more,
        sums=campaign_sums(row.id),
        may_edit=actor().can(Permission.PLAN_EDIT, unit.path),
    )


@blueprint.route("/campaigns/<int:campaign_id>/change", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def change_campaign_page(campaign_id: int) -> Response | str | tuple[str, int]:
    """Name, years, and whether it is closed."""
    sending = request.method == "POST"
    row = fetch(Campaign, campaign_id, actor=actor(), may=Permission.PLAN_EDIT, lock=sending)
    form = CampaignForm() if sending else CampaignForm(formdata=None, obj=row)
    form.offer([])
    if not sending:
        return render_template("plans/campaign_form.html", form=form, campaign=row)
    try:
        if not form.validate():
            raise Invalid(_("Some fields need another look."))
        with transaction():
            change_campaign(
                actor(),
                campaign=row,
                name=form.name.data or "",
                year_from=form.year_from.data,
                year_to=form.year_to.data,
                remark=form.remark.data or "",
                state=form.state.data or "",
            )
    except Invalid as problem:
        show_problem(form, problem)
        return render_template("plans/campaign_form.html", form=form, campaign=row), 422
    flash(_("Saved."), "ok")
    return redirect(url_for("plans.campaign", campaign_id=campaign_id), 303)


@blueprint.route("/campaigns/<int:campaign_id>/items", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def put_under(campaign_id: int) -> Response | str:
    """Which items of a plan stand under the campaign: a plan is chosen, its items are ticked."""
    sending = request.method == "POST"
    row = fetch(Campaign, campaign_id, actor=actor(), may=Permission.PLAN_EDIT, lock=sending)
    offered = plans_to_take_from(actor(), row)
    key = person_key(request.values.get("plan_id")) or (offered[0][0] if offered else None)
    plan = fetch(Plan, key, actor=actor(), may=Permission.PLAN_EDIT) if key is not None else None
    if sending and plan is not None:
        chosen = [one for text in request.form.getlist("item") if (one := person_key(text)) is not None]
        try:
            with transaction():
                count = put_items(actor(), campaign=row, plan=plan, item_ids=chosen)
        except Conflict as problem:
            flash(str(problem), "due")
        else:
            flash(_("%(n)s items came or went", n=count), "ok")
        return redirect(url_for("plans.campaign", campaign_id=campaign_id), 303)
    branches = flat(tree(plan.id)) if plan is not None else []
    return render_template(
        "plans/campaign_items.html",
        campaign=row,
        plan=plan,
        offered=offered,
        items=[one for one in branches if one.item.state == "item" and one.item.style != "heading"],
    )
