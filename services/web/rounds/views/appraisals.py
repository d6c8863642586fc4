"""Yearly reports and their appraisal (述职评议考核): which units report, what lacks, the grades of all at once."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.rounds.forms import AppraisalOpenForm
from services.web.rounds.views.routes import blueprint
from services.web.rounds.words import APPRAISAL_COLOURS, APPRAISAL_STATES
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.appraising import (
    grade_appraisals,
    ladder,
    open_appraisals,
    publish_appraisals,
)
from shared.assessments.composition import PARTS, composition
from shared.assessments.queries.appraisals import (
    AppraisalFilter,
    appraisals,
    appraised,
    reports_due,
    to_report,
)
from shared.clock import today
from shared.db import transaction
from shared.duties.queries.scopes import offered_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit

#: Weeks that units are offered for their reports.
WEEKS = 3
#: Years back that the list shows.
YEARS = 5

blueprint.add_app_template_global(appraised, "appraised")
blueprint.add_app_template_global(lambda: reports_due(actor()), "reports_due")


def _year() -> int:
    """The year asked for; at the beginning of a year reports are of the one before."""
    on = today()
    first = on.year if on.month > 3 else on.year - 1
    asked = request.values.get("year", type=int)
    return asked if asked is not None and on.year - YEARS <= asked <= on.year else first


def appraisals_asked() -> AppraisalFilter:
    """The filter of the list as the address says it."""
    holder_id = person_key(request.args.get("unit_id"))
    if holder_id is not None:
        fetch(Unit, holder_id, actor=actor(), may=Permission.SCORE_VIEW)
    return AppraisalFilter(
        year=_year(),
        missing=request.args.get("missing") == "1",
        below=holder_id,
        after=person_key(request.args.get("after")),
    )


def _list(form: AppraisalOpenForm | None = None, status: int = 200) -> tuple[str, int]:
    given = appraisals_asked()
    year = given.year
    rows, more = appraisals(actor(), given)
    holders = offered_units(actor(), Permission.ROUND_RUN)
    asked = person_key(request.values.get("holder_id")) or (holders[0][0] if holders else None)
    holder = fetch(Unit, asked, actor=actor(), may=Permission.ROUND_RUN) if asked is not None else None
    return render_template(
        "rounds/appraisals.html",
        rows=rows,
        more=more,
        given=given,
        years=range(today().year, today().year - YEARS, -1),
        holders=holders,
        holder=holder,
        waiting=to_report(holder, year) if holder is not None else 0,
        form=form or AppraisalOpenForm(formdata=None, until=today() + timedelta(days=WEEKS * 7)),
        states=APPRAISAL_STATES,
        colours=APPRAISAL_COLOURS,
        grading=ladder(),
        spec=composition(),
        parts=PARTS,
    ), status


@blueprint.get("/appraisals")
@requires(Permission.SCORE_VIEW)
def appraisal_list() -> tuple[str, int]:
    """The units' reports of a year, by unit; what lacks can be shown alone."""
    return _list()


def _holder() -> Unit | None:
    """Who appraises, as the form says it; None where it says nobody."""
    holder_id = person_key(request.form.get("holder_id"))
    if holder_id is None:
        flash(_("Choose one of the list."), "due")
        return None
    return fetch(Unit, holder_id, actor=actor(), may=Permission.ROUND_RUN)


def _to_list() -> Response:
    return redirect(
        url_for("rounds.appraisal_list", year=_year(), holder_id=request.form.get("holder_id")), 303
    )


@blueprint.post("/appraisals/open")
@requires(Permission.ROUND_RUN)
def appraisal_open() -> Response | tuple[str, int]:
    """Ask the units directly below for their reports."""
    form, holder = AppraisalOpenForm(), _holder()
    if holder is None:
        return _to_list()
    if not form.validate_on_submit() or form.until.data is None:
        return _list(form, 422)
    try:
        with transaction():
            count = open_appraisals(
                actor(),
                holder=holder,
                year=_year(),
                until=form.until.data,
                seen=person_key(request.form.get("seen")) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _list(form, 422)
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("%(n)s units are asked for their reports.", n=count), "ok")
    return _to_list()


@blueprint.post("/appraisals/grade")
@requires(Permission.ROUND_RUN)
def appraisal_grade() -> Response:
    """Grade all units of a holder's year."""
    holder = _holder()
    if holder is None:
        return _to_list()
    try:
        with transaction():
            count = grade_appraisals(actor(), holder=holder, year=_year())
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("%(n)s units have their grades; publish them once you have looked.", n=count), "ok")
    return _to_list()


@blueprint.post("/appraisals/publish")
@requires(Permission.ROUND_RUN)
def appraisal_publish() -> Response:
    """Let each unit read its own."""
    holder = _holder()
    if holder is None:
        return _to_list()
    try:
        with transaction():
            count = publish_appraisals(actor(), holder=holder, year=_year())
    except Conflict as problem:
        flash(str(problem), "due")
    else:
        flash(_("%(n)s units can read their grades.", n=count), "ok")
    return _to_list()
