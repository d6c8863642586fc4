"""Inspections: the list, a new one, one with its four lists, findings entered to it."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.findings.forms import InspectionForm, LinesForm
from services.web.findings.views.routes import blueprint
from services.web.findings.words import KINDS, STATES
from services.web.limits import limiter
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Invalid
from shared.findings.actions.entering import Usual, enter_findings
from shared.findings.actions.inspections import Head, change_inspection, enter_inspection
from shared.findings.actions.lines import read_lines
from shared.findings.models import Inspection
from shared.findings.queries.lists import findings_of, inspections, measures_of
from shared.i18n import _
from shared.organisations.models import Unit

MOST_UNITS = 1000


def _units(path: str = "") -> list[tuple[int, str]]:
    """Units in reach for entering, below `path`, in the order of the tree, by their depth. One query."""
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(
            Unit.state == "active",
            reach_filter(actor(), Permission.FINDING_EDIT, Unit.path),
            func.starts_with(Unit.path, path),
        )
        .order_by(Unit.path)
        .limit(MOST_UNITS)
    ).all()
    first = rows[0].path.count(".") if rows else 0
    return [(row.id, "　" * (row.path.count(".") - first) + row.name) for row in rows]


@blueprint.get("/inspections")
@requires(Permission.FINDING_VIEW)
def listing() -> str:
    """Inspections whose rectification a unit in reach leads, newest first."""
    rows, more = inspections(actor(), before=person_key(request.args.get("before")))
    return render_template(
        "findings/inspections.html",
        rows=rows,
        more=more,
        kinds=KINDS,
        may_enter=actor().may(Permission.FINDING_EDIT),
    )


def _head(form: InspectionForm) -> Head:
    assert form.feedback_on.data is not None
    return Head(
        kind=form.kind.data or "",
        title=form.title.data or "",
        organ=form.organ.data or "",
        round_label=form.round_label.data or "",
        feedback_on=form.feedback_on.data,
        plan_due=form.plan_due.data,
        focus_end=form.focus_end.data,
        report_due=form.report_due.data,
    )


@blueprint.route("/inspections/new", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@limiter.limit("120 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    sending = request.method == "POST"
    form = InspectionForm() if sending else InspectionForm(formdata=None, form_key=secrets.token_hex(12))
    form.offer(_units())

    def page(status: int) -> tuple[str, int]:
        return render_template("findings/head.html", form=form, inspection=None), status

    if not sending:
        return page(200)
    if not form.validate_on_submit() or not form.form_key.data:
        return page(422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.FINDING_EDIT)
    try:
        with transaction():
            row = enter_inspection(actor(), unit=unit, given=_head(form), form_key=form.form_key.data[:64])
            key = row.id
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    return redirect(url_for("findings.inspection", inspection_id=key), 303)


@blueprint.route("/inspections/<int:inspection_id>/head", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
def head(inspection_id: int) -> Response | tuple[str, int]:
    """Put right what is known of an inspection, its days too."""
    sending = request.method == "POST"
    row = fetch(Inspection, inspection_id, actor=actor(), may=Permission.FINDING_EDIT, lock=sending)
    form = InspectionForm() if sending else InspectionForm(formdata=None, obj=row)
    del form.unit_id
    form.kind.choices = [(code, str(word)) for code, word in KINDS.items()]

    def page(status: int) -> tuple[str, int]:
        return render_template("findings/head.html", form=form, inspection=row), status

    if not sending:
        return page(200)
    if not form.validate_on_submit():
        return page(422)
    try:
        with transaction():
            changed = change_inspection(actor(), inspection=row, given=_head(form))
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved.") if changed else _("Nothing was different."), "ok")
    return redirect(url_for("findings.inspection", inspection_id=inspection_id), 303)


def _page(row: Inspection, form: LinesForm | None = None, status: int = 200) -> tuple[str, int]:
    unit = fetch(Unit, row.unit_id, actor=actor(), may=Permission.FINDING_VIEW)
    may_edit = actor().can(Permission.FINDING_EDIT, unit.path)
    if form is None:
        form = LinesForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            found_on=row.feedback_on,
            due_on=row.focus_end,
            unit_id=row.unit_id,
        )
    form.unit_id.choices = _units(unit.path) if may_edit else []
    found = findings_of(actor(), row.id)
    context: dict[str, Any] = {
        "closed": sum(1 for one in found if one.state == "closed"),
        "late": sum(1 for one in found if one.late),
        "open_rows": form.errors or not found,
    }
    return (
        render_template(
            "findings/inspection.html",
            inspection=row,
            unit=unit,
            form=form,
            rows=found,
            measures=measures_of([one.id for one in found]),
            states=STATES,
            kinds=KINDS,
            may_edit=may_edit,
            may_print=actor().can(Permission.DOCUMENT_PRINT, unit.path),
            report_key=secrets.token_hex(12),
            on=today(),
            **context,
        ),
        status,
    )


@blueprint.get("/inspections/<int:inspection_id>")
@requires(Permission.FINDING_VIEW)
def inspection(inspection_id: int) -> tuple[str, int]:
    """One inspection: its lists of problems, tasks and responsibilities, and the ledger of how far it is."""
    return _page(fetch(Inspection, inspection_id, actor=actor(), may=Permission.FINDING_VIEW))


@blueprint.post("/inspections/<int:inspection_id>/findings")
@requires(Permission.FINDING_EDIT)
@limiter.limit("240 per hour")
def enter(inspection_id: int) -> Response | tuple[str, int]:
    """Findings pasted as a table or typed, one a line; all or none."""
    row = fetch(Inspection, inspection_id, actor=actor(), may=Permission.FINDING_EDIT, lock=True)
    form = LinesForm()
    if not form.validate() or not form.form_key.data or form.found_on.data is None:
        return _page(row, form, 422)
    try:
        lines = read_lines(form.lines.data or "")
        with transaction():
            made, again = enter_findings(
                actor(),
                inspection=row,
                lines=lines,
                usual=Usual(
                    form.unit_id.data, form.category.data or "", form.found_on.data, form.due_on.data
                ),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(row, form, 422)
    flash(_("%(n)s findings entered", n=made), "ok")
    if again:
        flash(_("%(n)s of them were closed before and are reopened", n=again), "due")
    return redirect(url_for("findings.inspection", inspection_id=inspection_id), 303)
