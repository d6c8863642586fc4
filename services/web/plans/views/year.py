"""A plan over its year: items by months, printable."""

from flask import render_template, request

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.plans.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.plans.models import Plan
from shared.plans.queries.trees import flat, tree
from shared.plans.queries.views import bars, spans


@blueprint.get("/<int:plan_id>/year")
@requires(Permission.PLAN_VIEW)
def year(plan_id: int) -> str:
    """Each item from its first day to its last, with how much is handed in."""
    plan = fetch(Plan, plan_id, actor=actor(), may=Permission.PLAN_VIEW)
    found = spans(plan.id)
    on = today()
    years = sorted(
        {day.year for span in found.values() for day in span}
        | {one for one in (plan.year_from, plan.year_to) if one is not None}
        or {on.year}
    )
    # A plan of many years offers the ends and what lies near.
    asked = person_key(request.args.get("year"))
    shown = (
        asked
        if asked is not None and years[0] <= asked <= years[-1]
        else max(min(on.year, years[-1]), years[0])
    )
    return render_template(
        "plans/year.html",
        plan=plan,
        year=shown,
        before=shown - 1 if shown > years[0] else None,
        after=shown + 1 if shown < years[-1] else None,
        month=on.month if shown == on.year else 0,
        rows=bars(flat(tree(plan.id)), found, shown),
    )
