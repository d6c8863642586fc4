"""How the units stand with their tasks, on one screen."""

from flask import render_template, request

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.tasks.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.duties.queries.scopes import scope_units, top_unit
from shared.organisations.models import Unit
from shared.plans.models import Plan
from shared.plans.queries.views import Standing, standings


@blueprint.get("/wall")
@requires(Permission.PLAN_VIEW)
def wall() -> str:
    """By unit: late, near, in time, handed in, confirmed; every number opens into its rows."""
    scopes = scope_units(actor(), Permission.PLAN_VIEW)
    key = person_key(request.args.get("unit_id")) or top_unit(actor(), Permission.PLAN_VIEW)
    plan_id = person_key(request.args.get("plan_id"))
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_VIEW) if plan_id is not None else None
    top = fetch(Unit, key, actor=actor(), may=Permission.PLAN_VIEW) if key is not None else None
    rows = standings(actor(), top, plan_id=plan_id) if top is not None else []
    sums = Standing(top.id if top is not None else 0, "")
    for one in rows:
        sums.late += one.late
        sums.near += one.near
        sums.in_time += one.in_time
        sums.handed_in += one.handed_in
        sums.confirmed += one.confirmed
    return render_template("tasks/wall.html", rows=rows, sums=sums, top=top, plan=plan, scopes=scopes)
