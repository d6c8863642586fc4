"""Passing a task on to units below."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.tasks.forms import PassForm
from services.web.tasks.views.pages import task_in_reach
from services.web.tasks.views.routes import blueprint
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.plans.actions.passing import pass_on, units_below


@blueprint.route("/<int:task_id>/pass-on", methods=["GET", "POST"], endpoint="pass_on")
@requires(Permission.PLAN_EDIT)
@limiter.limit("120 per hour", methods=["POST"])
def passing(task_id: int) -> Response | str | tuple[str, int]:
    """Ask units below for their part; only for whoever speaks for the unit that has the task."""
    sending = request.method == "POST"
    task, unit = task_in_reach(task_id, may=Permission.PLAN_EDIT, lock=sending)
    form = (
        PassForm()
        if sending
        else PassForm(
            formdata=None, form_key=secrets.token_hex(12), version=str(task.version), due_on=task.due_on
        )
    )

    def page(status: int) -> tuple[str, int]:
        units = units_below(actor(), task)
        ticked = {person_key(text) for text in request.form.getlist("units")}
        return (
            render_template(
                "tasks/pass_on.html", form=form, task=task, unit=unit, units=units, ticked=ticked
            ),
            status,
        )

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data:
        return page(422)
    ticked = [key for text in request.form.getlist("units") if (key := person_key(text)) is not None]
    try:
        with transaction():
            asked = pass_on(
                actor(),
                task=task,
                unit_ids=ticked,
                due_on=form.due_on.data,
                remark=form.remark.data or "",
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(task.version)
        return page(409)
    if asked:
        flash(_("Passed on to %(n)s units", n=asked), "ok")
    return redirect(url_for("tasks.show", task_id=task_id), 303)
