"""The register of numbers, and the prefixes under which they are given."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dispatches.forms import SeriesForm
from services.web.dispatches.views.routes import REVIEW, STATES, VIEW, blueprint
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.clock import today
from shared.db import db, transaction
from shared.dispatches.actions import add_series, end_series
from shared.dispatches.kinds import KINDS
from shared.dispatches.models import NumberSeries
from shared.dispatches.queries import RegisterFilter, register, series_in_reach
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.models import Unit
from shared.organisations.queries.tree import choices


def register_asked() -> RegisterFilter:
    """The filter of the register as the address says it."""
    year = request.args.get("year", "")
    series_id = person_key(request.args.get("number_series_id"))
    if series_id is not None:
        fetch(NumberSeries, series_id, actor=actor(), may=VIEW)
    first, _sep, second = request.args.get("after", "").partition("-")
    last = (person_key(first), person_key(second))
    state = request.args.get("state", "")
    return RegisterFilter(
        year=int(year)
        if year.isascii() and year.isdigit() and 1949 <= int(year[:6]) <= 2199
        else today().year,
        series_id=series_id,
        state=state if state in ("valid", "void") else "",
        after=(last[0], last[1]) if last[0] is not None and last[1] is not None else None,
    )


@blueprint.get("/dispatches/numbers")
@requires(VIEW)
def numbers() -> str:
    """Every number of a year in its order: none left out, void ones with their reason."""
    given = register_asked()
    rows, more = register(actor(), given)
    found = series_in_reach(actor(), year=given.year)
    return render_template(
        "dispatches/numbers.html",
        rows=rows,
        more=f"{more[0]}-{more[1]}" if more else None,
        given=given,
        series=found,
        kinds=KINDS,
        states=STATES,
        year_choices=[(year, str(year)) for year in range(today().year, today().year - 6, -1)],
        series_choices=[(one.id, one.prefix) for one in found],
        may_keep=actor().may(REVIEW),
    )


def _page(form: SeriesForm, status: int = 200) -> tuple[str, int]:
    form.offer(choices(actor(), REVIEW))
    return (
        render_template(
            "dispatches/series.html",
            form=form,
            rows=series_in_reach(actor(), year=today().year, may=REVIEW),
            year=today().year,
        ),
        status,
    )


@blueprint.route("/dispatches/series", methods=["GET", "POST"])
@requires(REVIEW)
@limiter.limit("240 per hour", methods=["POST"])
def series() -> Response | tuple[str, int]:
    """The prefixes of units in reach; a further one."""
    if request.method == "GET":
        return _page(
            SeriesForm(
                formdata=None,
                form_key=secrets.token_hex(12),
                before=0,
                unit_id=person_key(request.args.get("unit_id")),
            )
        )
    form = SeriesForm()
    form.offer([])
    if not form.validate() or not form.form_key.data:
        return _page(form, 422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=REVIEW)
    try:
        with transaction():
            add_series(
                actor(),
                unit=unit,
                prefix=form.prefix.data or "",
                before=form.before.data or 0,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        db.session.rollback()
        show_problem(form, problem)
        return _page(form, 422)
    flash(_("Saved."), "ok")
    return redirect(url_for("dispatches.series"), 303)


@blueprint.post("/dispatches/series/<int:number_series_id>/end")
@requires(REVIEW)
def end(number_series_id: int) -> Response:
    """No further numbers of this prefix."""
    held = fetch(NumberSeries, number_series_id, actor=actor(), may=REVIEW, lock=True)
    with transaction():
        ended = end_series(actor(), series=held)
    flash(_("No longer used") if ended else _("Nothing was changed."), "ok")
    return redirect(url_for("dispatches.series"), 303)
