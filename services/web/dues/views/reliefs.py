"""Reductions and exemptions: what waits for a decision first."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dues.views.routes import blueprint, number, scope_asked
from services.web.edge import actor, requires
from services.web.fields import Form
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.dues.actions.reliefs import decide_relief, withdraw_relief
from shared.dues.models import Relief
from shared.dues.money import show_money, show_month
from shared.dues.queries.reliefs import relief_page, waiting_reliefs
from shared.errors import Invalid
from shared.i18n import _

SHOWN = ("asked", "running", "all")


@blueprint.get("/reliefs")
@requires(Permission.DUES_VIEW)
def relief_list() -> str:
    scope, unit = scope_asked()
    waiting = waiting_reliefs(actor(), scope)
    shown = request.args.get("show", "")
    if shown not in SHOWN:
        shown = "asked" if waiting else "running"
    rows, before = relief_page(actor(), scope, state=shown, before=number("before"))
    own: dict[str, Any] = {"line": scope.line, "unit_id": unit.id if unit else None}
    return render_template(
        "dues/reliefs.html",
        rows=rows,
        scope=scope,
        unit=unit,
        shown=shown,
        waiting=waiting,
        address=lambda show: url_for("dues.relief_list", show=show, **own),
        next=url_for("dues.relief_list", show=shown, before=before, **own) if before else None,
        money=show_money,
        month_text=show_month,
        may_decide=actor().may(Permission.DUES_APPROVE),
        may_edit=actor().may(Permission.DUES_EDIT),
        me=actor().person_id,
    )


@blueprint.post("/reliefs/<int:relief_id>/decide")
@requires(Permission.DUES_APPROVE)
def decide(relief_id: int) -> Response:
    """Grant or refuse."""
    relief = fetch(Relief, relief_id, actor=actor(), may=Permission.DUES_APPROVE, lock=True)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    with transaction():
        decide_relief(
            actor(),
            relief,
            decision=request.form.get("decision", ""),
            answer=request.form.get("answer", ""),
        )
    flash(_("Granted; the next sheets follow.") if relief.state == "approved" else _("Not granted."), "ok")
    return redirect(url_for("dues.relief_list", line=relief.line), 303)


@blueprint.post("/reliefs/<int:relief_id>/withdraw")
@requires(Permission.DUES_EDIT)
def withdraw(relief_id: int) -> Response:
    relief = fetch(Relief, relief_id, actor=actor(), may=Permission.DUES_EDIT, lock=True)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    with transaction():
        withdraw_relief(actor(), relief)
    flash(_("The request is withdrawn."), "ok")
    return redirect(url_for("dues.relief_list", line=relief.line), 303)
