"""A deed is entered: for a unit, offered to those below, or done already."""

import secrets

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.deeds.forms import DeedForm
from services.web.deeds.views.routes import blueprint, units_to_act_for
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.deeds.actions.entering import USUAL, Given, enter_deed
from shared.errors import Invalid
from shared.findings.queries.story import people_for
from shared.organisations.models import Unit


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    sending = request.method == "POST"
    units = units_to_act_for()
    chosen = person_key((request.form if sending else request.args).get("unit_id"))
    if chosen is None and len(units) == 1:
        chosen = units[0][0]
    unit = (
        fetch(Unit, chosen, actor=actor(), may=Permission.DEED_EDIT)
        if chosen is not None and (sending or any(key == chosen for key, _name in units))
        else None
    )
    people = people_for(unit) if unit is not None else {}
    form = (
        DeedForm()
        if sending
        else DeedForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            unit_id=unit.id if unit is not None else None,
            came_on=today(),
            due_on=today() + USUAL,
        )
    )
    form.offer(units, people)

    def page(status: int) -> tuple[str, int]:
        return render_template("deeds/new.html", form=form, people=people, several=len(units) > 1), status

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data or unit is None or form.came_on.data is None:
        return page(422)
    try:
        with transaction():
            row = enter_deed(
                actor(),
                unit=unit,
                given=Given(
                    kind=form.kind.data or "",
                    source=form.source.data or "",
                    title=form.title.data or "",
                    came_on=form.came_on.data,
                    due_on=form.due_on.data,
                    content=form.content.data or "",
                    reference=form.reference.data or "",
                    owner_id=form.owner_id.data,
                    done_on=form.done_on.data,
                    result=form.result.data or "",
                ),
                people=people,
                form_key=form.form_key.data[:64],
                offered=bool(form.offered.data),
            )
            key = row.id
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    return redirect(url_for("deeds.show", deed_id=key), 303)
