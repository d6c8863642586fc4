"""Who helps with one task."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.tasks.forms import HelpForm
from services.web.tasks.views.pages import task_in_reach
from services.web.tasks.views.routes import blueprint
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.plans.actions.helping import set_helpers
from shared.plans.queries.helping import helpers, offered_people, offered_units


@blueprint.route("/<int:task_id>/helpers", methods=["GET", "POST"], endpoint="helpers")
@requires(Permission.TASK_WORK)
def choose(task_id: int) -> Response | str | tuple[str, int]:
    """Units and people that help, chosen by whoever answers for the unit."""
    return _choose(task_id, Permission.TASK_WORK)


@blueprint.route("/<int:task_id>/helpers/asked", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def helpers_asked(task_id: int) -> Response | str | tuple[str, int]:
    """The same, chosen by whoever asks for such tasks, an administrator too."""
    return _choose(task_id, Permission.PLAN_EDIT)


def _choose(task_id: int, may: Permission) -> Response | str | tuple[str, int]:
    sending = request.method == "POST"
    task, unit = task_in_reach(task_id, may=may, lock=sending)
    units, people = helpers(task.id)
    may_units = {key: name for key, name in offered_units(actor()).items() if key != task.unit_id}
    may_people = offered_people(task.unit_id)
    if task.by_unit_id != task.unit_id and task.by_unit_id in may_units:
        may_people |= offered_people(task.by_unit_id)
    form = (
        HelpForm()
        if sending
        else HelpForm(
            formdata=None, version=str(task.version), helper_units=list(units), helper_people=list(people)
        )
    )
    form.helper_units.choices = list({**units, **may_units}.items())
    form.helper_people.choices = list({**people, **may_people}.items())

    def page(status: int) -> tuple[str, int]:
        return render_template("tasks/helpers.html", form=form, task=task, unit=unit), status

    if not sending:
        return page(200)
    if not form.validate():
        return page(422)
    try:
        with transaction():
            fresh = set_helpers(
                actor(),
                task=task,
                units={key for key in form.helper_units.data or () if key is not None},
                people={key for key in form.helper_people.data or () if key is not None},
                offered=(set(may_units), set(may_people)),
                version=person_key(form.version.data) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(task.version)
        return page(409)
    flash(_("Saved; %(n)s new ones are told", n=fresh), "ok")
    return redirect(url_for("tasks.show", task_id=task_id), 303)
