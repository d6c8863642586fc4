"""The numbers that the tenant names: the list of them, one more, one taken away."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.deeds.forms import CounterForm
from services.web.deeds.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.deeds.actions.counters import Count, add_counter, drop_counter
from shared.deeds.kinds import COUNTED, KINDS
from shared.deeds.models import DeedCounter
from shared.deeds.queries.lists import counters
from shared.errors import Invalid
from shared.i18n import _


@blueprint.route("/counters", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def named() -> Response | tuple[str, int]:
    """The tenant's numbers, and one more."""
    sending = request.method == "POST"
    form = CounterForm() if sending else CounterForm(formdata=None, form_key=secrets.token_hex(12))
    form.offer(_("Every kind"))

    def page(status: int) -> tuple[str, int]:
        return (
            render_template(
                "deeds/counters.html", form=form, numbers=counters(actor()), kinds=KINDS, counted=COUNTED
            ),
            status,
        )

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data:
        return page(422)
    try:
        with transaction():
            add_counter(
                actor(),
                given=Count(
                    name=form.name.data or "",
                    kind=form.kind.data or None,
                    state=form.state.data or "",
                    since=form.since.data,
                    until=form.until.data,
                ),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved."), "ok")
    return redirect(url_for("deeds.named"), 303)


@blueprint.post("/counters/<int:counter_id>/drop")
@requires(Permission.SETTING_EDIT)
def drop(counter_id: int) -> Response:
    counter = fetch(DeedCounter, counter_id, actor=actor(), may=Permission.SETTING_EDIT, lock=True)
    with transaction():
        drop_counter(actor(), counter=counter)
    flash(_("Number removed"), "ok")
    return redirect(url_for("deeds.named"), 303)
