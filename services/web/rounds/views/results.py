"""Results of a round: all units, one unit, a grade by hand."""

import secrets
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.rounds.forms import GradeForm
from services.web.rounds.views.following import follow_form, may_follow
from services.web.rounds.views.routes import blueprint, entry_in_reach, lap_run, lap_seen
from services.web.rounds.words import lap_states
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.following import ToFollow, to_follow
from shared.assessments.actions.grading import GRADED, grade_by_hand, grading_of_round, standings
from shared.assessments.grades import Given, Grading, places, why_words
from shared.assessments.models import Entry, Round, Scheme
from shared.assessments.queries.lines import result_lines
from shared.assessments.queries.losses import inspection_of
from shared.assessments.queries.means import by_heading, chart_rows, headings_of
from shared.assessments.queries.results import (
    PUBLIC,
    RESULTS,
    VIEWS,
    ResultFilter,
    earlier_of,
    means,
    result_of,
    results,
    summary,
)
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.organisations.kinds import SECTORS
from shared.organisations.models import Unit


def band_views() -> dict[str, str]:
    return {
        "all": _("All"),
        "top": _("Top band"),
        "middle": _("Middle band"),
        "tail": _("Tail band"),
        "up": _("Better than last time"),
        "down": _("Worse than last time"),
        "vetoed": _("Vetoed"),
    }


def lap_with_result(round_id: int) -> Round:
    """A round whose result the actor may see: made known to the units, or confirmed and run by the actor."""
    lap = lap_seen(round_id)
    if lap.state not in PUBLIC and not actor().can(Permission.ROUND_RUN, _holder(lap).path):
        raise Conflict(_("The result is not published yet."))
    if lap.state not in RESULTS:
        raise Conflict(_("There is a result once the round is confirmed."))
    return lap


def results_asked() -> ResultFilter:
    """The filter of the results as the address says it."""
    # The page names the round in its path, its list as Excel in the query.
    named = (request.view_args or {}).get("round_id") or person_key(request.args.get("round_id")) or 0
    if not named:
        return ResultFilter()
    lap = lap_with_result(named)
    view, sector = request.args.get("view", ""), request.args.get("sector", "")
    rate, _sign, key = request.args.get("after", "").partition(":")
    return ResultFilter(
        round_id=lap.id,
        view=view if view in VIEWS else "all",
        grade=request.args.get("grade", "")[:20] or None,
        sector=sector if sector in SECTORS else None,
        after=_after(rate, person_key(key)),
    )


def _after(rate: str, unit_id: int | None) -> tuple[str, int] | None:
    try:
        number = Decimal(rate)
    except InvalidOperation:
        return None
    return (str(number), unit_id) if unit_id and number.is_finite() and abs(number) < 10_000 else None


def _holder(lap: Round) -> Unit:
    return db.session.execute(select(Unit).where(Unit.id == lap.unit_id)).scalar_one()


@blueprint.get("/<int:round_id>/results")
@requires(Permission.SCORE_VIEW)
def result_list(round_id: int) -> str:
    """The units of a round by rate, with grades, bands and movement."""
    given = results_asked()
    lap = lap_with_result(round_id)
    holder, acting = _holder(lap), actor()
    grading = grading_of_round(lap)
    rows, more = results(acting, lap, given)
    found = summary(acting, lap)
    follows = may_follow(lap, holder)
    count = to_follow(lap) if follows else ToFollow(0, 0)
    mean_table = by_heading(means(lap))
    return render_template(
        "rounds/results.html",
        lap=lap,
        holder=holder,
        state=lap_states()[lap.state],
        rows=rows,
        more=None if more is None else f"{more[0]}:{more[1]}",
        given=given,
        views=band_views(),
        summary=found,
        sectors=SECTORS,
        grading=grading,
        steps=_steps(lap, grading, found.grades) if grading else [],
        why=lambda row: _why(row, grading),
        tenths=_tenths(found.tenths),
        means=mean_table,
        may_print=acting.can(Permission.DOCUMENT_PRINT, holder.path),
        may_follow=follows,
        to_follow=count,
        follow=follow_form(count, None),
        inspection=inspection_of(lap) if acting.may(Permission.FINDING_VIEW) else None,
        form_key=secrets.token_hex(12),
    )


def _why(row: Any, grading: Grading | None) -> str:
    if row.grade_reason:
        return str(row.grade_reason)
    return "" if grading is None else why_words(row.grade_why, grading)


def _steps(lap: Round, grading: Grading, in_reach: dict[str | None, int]) -> list[dict[str, Any]]:
    """Each grade with its places in the whole round, and how many units in reach have it."""
    given = standings(lap, grading)
    grades = {unit_id: Given(key, why) for unit_id, key, why in _given(lap)}
    return [
        {"step": each.step, "place": each, "units": in_reach.get(each.step.key, 0)}
        for each in places(given, grades, grading)
    ]


def _given(lap: Round) -> list[tuple[int, str | None, dict[str, Any]]]:
    from_entries = select(Entry.unit_id, Entry.grade, Entry.grade_why).where(Entry.round_id == lap.id)
    return [(row[0], row[1], row[2]) for row in db.session.execute(from_entries)]


def _tenths(counts: dict[int, int]) -> dict[str, Any]:
    """The distribution as bars; what is empty below the lowest unit is left out."""
    first = next((tenth for tenth, units in counts.items() if units), 0)
    shown = range(min(first, 5), 10)
    return {
        "x": [_("90 and more") if tenth == 9 else f"{tenth * 10}–{tenth * 10 + 9}" for tenth in shown],
        "series": [
            {
                "name": _("Units"),
                "state": "run",
                "values": [counts[tenth] for tenth in shown],
                "label": True,
            }
        ],
    }


@blueprint.get("/results/<int:entry_id>")
@requires(Permission.SCORE_VIEW)
def result_unit(entry_id: int) -> str:
    """One unit's result: each line with its own mark, the reviewer's, and why."""
    return _unit_page(entry_id)


def _unit_page(entry_id: int, form: GradeForm | None = None) -> str:
    lap, _entry, unit = entry_in_reach(entry_id, may=Permission.SCORE_VIEW)
    lap = lap_with_result(lap.id)
    row = result_of(actor(), lap, unit.id)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    holder, grading = _holder(lap), grading_of_round(lap)
    lines = result_lines(lap, unit.id)
    earlier = earlier_of(lap, unit.id)
    before = headings_of(result_lines(earlier, unit.id)) if earlier else []
    of_sector = {mean.heading: mean.rate for mean in means(lap) if mean.sector == (unit.sector or "")}
    headings = headings_of(lines)
    may_grade = grading is not None and lap.state in GRADED and actor().can(Permission.ROUND_RUN, holder.path)
    if form is None:
        form = GradeForm(
            formdata=None,
            grade=row.grade if row.grade_reason else "",
            reason=row.grade_reason,
            revision=str(row.revision),
        )
    if grading is not None:
        form.offer(grading)
    follows = may_follow(lap, holder)
    count = to_follow(lap, unit_id=unit.id) if follows else ToFollow(0, 0)
    return render_template(
        "rounds/result.html",
        lap=lap,
        unit=unit,
        row=row,
        state=lap_states()[lap.state],
        scheme=db.session.execute(select(Scheme).where(Scheme.id == lap.scheme_id)).scalar_one(),
        grading=grading,
        why=_why(row, grading),
        bands=band_views(),
        headings=headings,
        before={each.name: each.share for each in before},
        earlier=earlier,
        of_sector=of_sector,
        bars={
            "rows": chart_rows(headings, of_sector),
            "own": _("This unit"),
            "mean": _("Mean of the sector"),
            "pending": _("not applicable"),
        },
        bars_before={
            "rows": chart_rows(headings, {each.name: each.share for each in before}),
            "own": _("This unit"),
            "mean": _("Last time"),
            "pending": _("not applicable"),
        }
        if before
        else None,
        may_grade=may_grade,
        form=form,
        may_print=actor().can(Permission.DOCUMENT_PRINT, unit.path),
        may_follow=follows,
        to_follow=count,
        follow=follow_form(count, unit.id),
        inspection=inspection_of(lap) if actor().may(Permission.FINDING_VIEW) else None,
        form_key=secrets.token_hex(12),
    )


@blueprint.post("/results/<int:entry_id>/grade")
@requires(Permission.ROUND_RUN)
def grade_unit(entry_id: int) -> Response | tuple[str, int]:
    """A grade by hand with its reason, or back to the rule."""
    entry = fetch(Entry, entry_id, actor=actor(), may=Permission.ROUND_RUN)
    round_id, unit_id = entry.round_id, entry.unit_id
    form = GradeForm()
    try:
        with transaction():
            changed = grade_by_hand(
                actor(),
                lap=lap_run(round_id, lock=True),
                unit_id=unit_id,
                grade=form.grade.data or "",
                reason=form.reason.data or "",
                revision=person_key(form.revision.data) or 0,
            )
            others = len(changed) - 1
    except Invalid as problem:
        show_problem(form, problem)
        return _unit_page(entry_id, form), 422
    except Conflict as problem:
        flash(str(problem), "due")
        return redirect(url_for("rounds.result_unit", entry_id=entry_id), 303)
    flash(
        _("The grade is given; %(n)s other units have another grade now.", n=others)
        if others
        else _("The grade is given."),
        "ok",
    )
    return redirect(url_for("rounds.result_unit", entry_id=entry_id), 303)
