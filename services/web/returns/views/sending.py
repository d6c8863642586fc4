"""Sending a table out, another last day, closing, withdrawing, reminding."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.returns.forms import DayForm, EndForm, SendForm
from services.web.returns.views.lists import table_seen
from services.web.returns.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.kinds import KINDS
from shared.organisations.models import Unit
from shared.returns.actions.issuing import (
    Audience,
    change_day,
    count_units,
    end_table,
    issue,
    remind,
    sample_units,
)
from shared.returns.models import ReturnTable


@blueprint.route("/<int:return_id>/send", methods=["GET", "POST"])
@requires(Permission.RETURN_ISSUE)
def send(return_id: int) -> Response | tuple[str, int]:
    """GET shows how many units the choice reaches; POST sends to exactly those, or shows the new number."""
    sending = request.method == "POST"
    table = fetch(ReturnTable, return_id, actor=actor(), may=Permission.RETURN_ISSUE, lock=sending)
    unit = fetch(Unit, table.unit_id, actor=actor(), may=Permission.RETURN_ISSUE)
    sent = request.form if sending else request.args
    form = SendForm(formdata=sent or None, due_on=table.due_on)
    form.offer(
        scope_units(actor(), Permission.RETURN_ISSUE),
        {unit.line} if not form.line.data else {form.line.data},
    )
    kinds = tuple(kind for kind in form.kinds.data or () if kind in KINDS)
    under = (
        fetch(Unit, form.under_id.data, actor=actor(), may=Permission.RETURN_ISSUE)
        if form.under_id.data is not None
        else None
    )
    given = Audience(kinds, under, form.line.data if form.line.data in ("party", "union") else "")

    def page(status: int) -> tuple[str, int]:
        count = count_units(actor(), table=table, given=given)
        form.seen.data = str(count)
        sample = sample_units(actor(), table=table, given=given)
        return (
            render_template(
                "returns/send.html", form=form, table=table, unit=unit, count=count, sample=sample
            ),
            status,
        )

    if not sending:
        return page(200)
    if not form.validate():
        return page(422)
    try:
        with transaction():
            made = issue(
                actor(),
                table=table,
                given=given,
                due_on=form.due_on.data,
                seen=person_key(request.form.get("seen")) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
        return page(409)
    flash(_("Sent to %(n)s units.", n=made), "ok")
    return redirect(url_for("returns.show", return_id=return_id), 303)


def _said(problem: Invalid | Conflict) -> None:
    flash("；".join(str(text) for text in problem.fields.values()) or str(problem), "due")


@blueprint.post("/<int:return_id>/day")
@requires(Permission.RETURN_ISSUE)
def day(return_id: int) -> Response:
    """Another last day for everybody who still has to hand in."""
    table = fetch(ReturnTable, return_id, actor=actor(), may=Permission.RETURN_ISSUE, lock=True)
    form = DayForm()
    try:
        if not form.validate() or form.due_on.data is None:
            raise Invalid(_("Say until when."))
        with transaction():
            change_day(
                actor(), table=table, due_on=form.due_on.data, version=person_key(form.version.data) or 0
            )
        flash(_("Saved."), "ok")
    except (Invalid, Conflict) as problem:
        _said(problem)
    return redirect(url_for("returns.show", return_id=return_id), 303)


@blueprint.post("/<int:return_id>/end")
@requires(Permission.RETURN_ISSUE)
def end(return_id: int) -> Response:
    """Close, open again, or withdraw with a reason."""
    table = fetch(ReturnTable, return_id, actor=actor(), may=Permission.RETURN_ISSUE, lock=True)
    form = EndForm()
    words = {
        "closed": _("Closed; nothing more is handed in."),
        "issued": _("Open again."),
        "withdrawn": _("Withdrawn; the units are told."),
    }
    to = request.form.get("to", "")
    try:
        if to not in words or not form.validate():
            raise Conflict(_("This step cannot follow; look at the table again."))
        with transaction():
            end_table(actor(), table=table, to=to, reason=form.reason.data or "")
        flash(words[to], "ok")
    except (Invalid, Conflict) as problem:
        _said(problem)
    return redirect(url_for("returns.show", return_id=return_id), 303)


@blueprint.post("/<int:return_id>/remind", endpoint="remind")
@requires(Permission.REMINDER_SEND)
@limiter.limit("60 per hour")
def remind_waiting(return_id: int) -> Response:
    """One press reminds whoever still has to hand in, within the actor's reach."""
    table = table_seen(return_id)
    try:
        with transaction():
            told = remind(actor(), table=table)
    except (Invalid, Conflict) as problem:
        _said(problem)
    else:
        if told:
            flash(_("%(n)s messages are on their way.", n=told), "ok")
        else:
            flash(_("All of them have been reminded today."), "run")
    return redirect(url_for("returns.show", return_id=return_id), 303)
