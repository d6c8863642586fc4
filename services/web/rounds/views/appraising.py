"""One unit's yearly report: written by the unit, its parts and one comment by the superior, its grade."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.rounds.forms import OpinionForm, ReportForm
from services.web.rounds.views.routes import blueprint
from services.web.rounds.words import APPRAISAL_COLOURS, APPRAISAL_STATES
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.appraising import (
    Opinion,
    give_back,
    ladder,
    put_opinion,
    put_report,
    reopen_appraisal,
)
from shared.assessments.actions.rating import take_appraisal as take
from shared.assessments.composition import PARTS, SECTIONS, composition
from shared.assessments.grades import why_words
from shared.assessments.models import Appraisal, Entry, Line, Round
from shared.assessments.queries.appraisals import daily_rounds, parts_of, report_polls, total_of
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _show(
    row: Appraisal,
    report: ReportForm | None = None,
    opinion: OpinionForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    unit = fetch(Unit, row.unit_id, actor=actor(), may=Permission.SCORE_VIEW)
    holder = db.session.scalars(select(Unit).where(Unit.id == row.holder_id)).one()
    runs = actor().can(Permission.ROUND_RUN, holder.path)
    told = row.state == "published" or (runs and row.state != "open")
    graded = row.state in ("graded", "published")
    parts = (row.parts if graded else parts_of(row, unit)) if told else {}
    if report is None:
        report = ReportForm(formdata=None, data=row.report | {"revision": row.revision})
    if opinion is None:
        polls, rounds = report_polls(row, unit), daily_rounds(row)
        opinion = OpinionForm(
            formdata=None,
            revision=row.revision,
            superior=row.superior,
            comment=row.comment,
            # What is known need not be chosen: the latest of each.
            poll_id=row.poll_id or (polls[0][0] if polls else None),
            round_id=row.round_id or (rounds[0][0] if rounds else None),
        )
    opinion.offer(report_polls(row, unit), daily_rounds(row))
    return render_template(
        "rounds/appraisal.html",
        row=row,
        unit=unit,
        holder=holder,
        runs=runs,
        told=told,
        parts=parts,
        total=row.total if graded else total_of(parts, row.weights) if told else None,
        names=PARTS,
        sections=SECTIONS,
        spec=composition(),
        grading=ladder(),
        why=why_words(row.grade_why, ladder()) if told and graded else "",
        may_write=row.state == "open" and actor().can(Permission.ROUND_ENTER, unit.path),
        report=report,
        opinion=opinion,
        states=APPRAISAL_STATES,
        colours=APPRAISAL_COLOURS,
    ), status


@blueprint.get("/appraisals/<int:appraisal_id>")
@requires(Permission.SCORE_VIEW)
def appraisal(appraisal_id: int) -> tuple[str, int]:
    """One unit's report, and once it is published its parts, the comment and the grade."""
    return _show(fetch(Appraisal, appraisal_id, actor=actor(), may=Permission.SCORE_VIEW))


def _back(appraisal_id: int) -> Response:
    return redirect(url_for("rounds.appraisal", appraisal_id=appraisal_id), 303)


@blueprint.post("/appraisals/<int:appraisal_id>/report")
@requires(Permission.ROUND_ENTER)
def appraisal_report(appraisal_id: int) -> Response | tuple[str, int]:
    """The unit keeps its report, or hands it in."""
    row = fetch(Appraisal, appraisal_id, actor=actor(), may=Permission.ROUND_ENTER, lock=True)
    form = ReportForm()
    handing = request.form.get("act") == "hand_in"
    if not form.validate_on_submit():
        return _show(row, report=form, status=422)
    try:
        with transaction():
            put_report(
                actor(),
                row=row,
                given={key: form[key].data or "" for key in SECTIONS},
                revision=person_key(form.revision.data) or 0,
                hand_in=handing,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _show(row, report=form, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        return _show(row, report=form, status=409)
    flash(_("The report is handed in.") if handing else _("Saved."), "ok")
    return _back(appraisal_id)


def _run(appraisal_id: int) -> tuple[Appraisal, Unit]:
    """A report that the actor appraises: its unit and who holds it are in reach."""
    row = fetch(Appraisal, appraisal_id, actor=actor(), may=Permission.ROUND_RUN, lock=True)
    fetch(Unit, row.holder_id, actor=actor(), may=Permission.ROUND_RUN)
    return row, fetch(Unit, row.unit_id, actor=actor(), may=Permission.ROUND_RUN)


@blueprint.post("/appraisals/<int:appraisal_id>/opinion")
@requires(Permission.ROUND_RUN)
def appraisal_opinion(appraisal_id: int) -> Response | tuple[str, int]:
    """The superior's part, its one comment, and which vote and round count."""
    row, unit = _run(appraisal_id)
    form = OpinionForm()
    form.offer(report_polls(row, unit), daily_rounds(row))
    if not form.validate_on_submit():
        return _show(row, opinion=form, status=422)
    try:
        with transaction():
            put_opinion(
                actor(),
                row=row,
                unit=unit,
                given=Opinion(
                    form.superior.data, form.comment.data or "", form.poll_id.data, form.round_id.data
                ),
                revision=person_key(form.revision.data) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        db.session.expire(row)
        return _show(row, opinion=form, status=422)
    except (Conflict, Forbidden) as problem:
        flash(str(problem), "due")
    else:
        flash(_("Saved."), "ok")
    return _back(appraisal_id)


@blueprint.post("/appraisals/<int:appraisal_id>/back")
@requires(Permission.ROUND_RUN)
def appraisal_back(appraisal_id: int) -> Response:
    """Let the unit write its report again."""
    row, _unit = _run(appraisal_id)
    try:
        with transaction():
            give_back(actor(), row=row)
    except Conflict as problem:
        flash(str(problem), "due")
    return _back(appraisal_id)


@blueprint.post("/appraisals/<int:appraisal_id>/reopen")
@requires(Permission.ROUND_RUN)
def appraisal_reopen(appraisal_id: int) -> Response:
    """Take a grade back before it is published."""
    row, _unit = _run(appraisal_id)
    try:
        with transaction():
            reopen_appraisal(actor(), row=row)
    except Conflict as problem:
        flash(str(problem), "due")
    return _back(appraisal_id)


@blueprint.post("/entries/<int:entry_id>/appraisal")
@requires(Permission.ROUND_RUN)
def take_appraisal(entry_id: int) -> Response:
    """Give a rating line what the unit's published appraisal came to."""
    entry = fetch(Entry, entry_id, actor=actor(), may=Permission.ROUND_RUN)
    lap = fetch(Round, entry.round_id, actor=actor(), may=Permission.SCORE_VIEW, lock=True)
    line = db.session.scalar(select(Line).where(Line.id == (person_key(request.form.get("line_id")) or 0)))
    if line is None:
        flash(_("Choose one of the list."), "due")
        return redirect(url_for("rounds.entry", entry_id=entry_id), 303)
    try:
        with transaction():
            points = take(actor(), lap=lap, entry=entry, line=line)
    except (Conflict, Forbidden, Invalid) as problem:
        flash(str(problem), "due")
    else:
        flash(_("The appraisal gives %(n)s marks.", n=f"{points:.2f}"), "ok")
    return redirect(url_for("rounds.entry", entry_id=entry_id), 303)
