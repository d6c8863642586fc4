"""Settings → Work days: what differs from Monday to Friday, and the tenant's own corrections."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from services.web.settings.forms import WorkdayForm
from services.web.settings.views.routes import blueprint
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.tenants.queries import setting
from shared.workdays.actions import YEARS, correct_day, drop_correction
from shared.workdays.queries import differing, of_the_state


def _year(text: str) -> int:
    """The year asked for; this one where there is no such year."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return asked if YEARS[0] <= asked <= YEARS[1] else today().year


def _page(form: WorkdayForm, year: int) -> str:
    months: dict[int, list[object]] = {}
    for day in differing(year):
        months.setdefault(day.on.month, []).append(day)
    return render_template(
        "settings/days.html",
        form=form,
        year=year,
        years=YEARS,
        months=list(months.items()),
        provisional=of_the_state(date(year, 12, 31)) is None,
        in_force=setting("quiet_days_off"),
        weekdays=[_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
    )


@blueprint.get("/work-days")
@requires(Permission.SETTING_EDIT)
def days() -> str:
    return _page(WorkdayForm(formdata=None, worked="no"), _year(request.args.get("year", "")))


@blueprint.post("/work-days")
@requires(Permission.SETTING_EDIT)
def put_day() -> str | Response | tuple[str, int]:
    """One day is worked here, or not, other than the calendar says."""
    form = WorkdayForm()
    if not form.validate_on_submit() or form.on_date.data is None:
        return _page(form, today().year), 422
    try:
        refuse_marks(form.remark.data or "")
        with transaction():
            correct_day(
                actor(),
                on=form.on_date.data,
                worked=form.worked.data == "yes",
                remark=form.remark.data or "",
            )
    except (Invalid, Conflict) as problem:
        show_problem(form, Invalid(str(problem) if not problem.fields else "", fields=problem.fields))
        return _page(form, today().year), problem.status
    flash(_("Saved; it holds from now on."), "ok")
    return redirect(url_for("settings.days", year=form.on_date.data.year), 303)


@blueprint.post("/work-days/drop")
@requires(Permission.SETTING_EDIT)
def drop_day() -> Response:
    """The calendar of the state holds for a day again."""
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    try:
        on = date.fromisoformat(request.form.get("on_date", ""))
    except ValueError:
        raise Invalid(_("The form could not be read.")) from None
    with transaction():
        drop_correction(actor(), on=on)
    flash(_("The calendar of the state holds for it again."), "ok")
    return redirect(url_for("settings.days", year=on.year), 303)
