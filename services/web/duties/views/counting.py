"""One event for several duties: what the choice means is shown before it is made."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.duties.views.plan import blueprint
from services.web.edge import actor, requires
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.duties.actions import choose_counting
from shared.duties.queries.effects import counting_effect
from shared.events.kinds import KINDS
from shared.i18n import _


@blueprint.post("/rules/counting")
@requires(Permission.RULE_EDIT)
def count_too() -> Response | tuple[str, int]:
    """Let an event of one kind count for the duty of another, or no longer; what that means is shown first."""
    kind, also, on = (request.form.get(name, "") for name in ("kind", "also", "on"))
    turned_on = on != "no"

    def make() -> None:
        choose_counting(actor(), kind=kind, also=also, on=turned_on)

    trial = db.session.begin_nested()
    try:
        # Its checks, in earnest.
        make()
    finally:
        trial.rollback()
    effect = counting_effect(kind, also)
    seen = request.form.get("seen", "")
    if seen != effect.seen:
        shown = {"kind": KINDS[kind], "also": KINDS[also], "on": turned_on, "effect": effect}
        page = render_template("duties/counting.html", given=request.form, changed=bool(seen), **shown)
        return page, 409 if seen else 200
    with transaction():
        make()
    flash(_("Saved; it holds for what is recorded from now on."), "ok")
    return redirect(url_for("duties.rule_list"), 303)
