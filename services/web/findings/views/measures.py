"""The measures of a finding: one more, one changed or done, one taken out."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.findings.forms import MeasureForm
from services.web.findings.views.acting import page_of
from services.web.findings.views.routes import blueprint
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Invalid, NotFound
from shared.findings.actions.measures import Step, add_measure, change_measure, drop_measure
from shared.findings.models import Finding, Measure
from shared.findings.queries.story import people_for
from shared.i18n import _
from shared.organisations.models import Unit


def _step(form: MeasureForm) -> Step:
    return Step(
        content=form.content.data or "",
        deliverable=form.deliverable.data or "",
        due_on=form.due_on.data,
        lead_id=form.lead_id.data,
        department=form.department.data or "",
        owner_id=form.owner_id.data,
        done=bool(form.done.data),
    )


@blueprint.post("/<int:finding_id>/measures")
@requires(Permission.FINDING_WORK)
@limiter.limit("480 per hour")
def add(finding_id: int) -> Response | tuple[str, int]:
    finding = fetch(Finding, finding_id, actor=actor(), may=Permission.FINDING_WORK, lock=True)
    unit = fetch(Unit, finding.unit_id, actor=actor(), may=Permission.FINDING_WORK)
    form = MeasureForm()
    if not form.validate() or not form.form_key.data:
        return page_of(finding, measure=form, status=422)
    try:
        with transaction():
            add_measure(
                actor(),
                finding=finding,
                given=_step(form),
                people=people_for(unit),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page_of(finding, measure=form, status=422)
    flash(_("Measure entered"), "ok")
    return redirect(url_for("findings.show", finding_id=finding_id) + "#measures", 303)


@blueprint.route("/measures/<int:measure_id>", methods=["GET", "POST"])
@requires(Permission.FINDING_WORK)
def measure(measure_id: int) -> Response | tuple[str, int]:
    """Put one measure right, note that it is done, or take it out."""
    row = db.session.execute(select(Measure).where(Measure.id == measure_id)).scalar_one_or_none()
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    sending = request.method == "POST"
    finding = fetch(Finding, row.finding_id, actor=actor(), may=Permission.FINDING_WORK, lock=sending)
    unit = fetch(Unit, finding.unit_id, actor=actor(), may=Permission.FINDING_WORK)
    row = db.session.execute(
        select(Measure).where(Measure.id == measure_id).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    people = people_for(unit)
    form = MeasureForm() if sending else MeasureForm(formdata=None, obj=row, done=row.done_on is not None)
    form.offer(people)

    def page(status: int) -> tuple[str, int]:
        return (
            render_template("findings/measure.html", form=form, measure=row, finding=finding, unit=unit),
            status,
        )

    if not sending:
        return page(200)
    if request.form.get("act") == "drop":
        with transaction():
            drop_measure(actor(), finding=finding, measure=row)
        flash(_("Measure taken out"), "ok")
        return redirect(url_for("findings.show", finding_id=finding.id) + "#measures", 303)
    if not form.validate():
        return page(422)
    try:
        with transaction():
            change_measure(actor(), finding=finding, measure=row, given=_step(form), people=people)
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved."), "ok")
    return redirect(url_for("findings.show", finding_id=finding.id) + "#measures", 303)
