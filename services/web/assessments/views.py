"""Pages of assessments: the board of units, and one unit's sheet with the reasons of every lost mark."""

import secrets
from contextlib import suppress

from flask import Blueprint, current_app, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.assessments.forms import YearForm, year_of
from services.web.edge import actor, back, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions import request_scoring
from shared.assessments.queries import BoardFilter, board, places, sheet_years, unit_sheet
from shared.clock import today
from shared.db import transaction
from shared.errors import Conflict
from shared.i18n import _
from shared.organisations.models import Unit

blueprint = Blueprint("assessments", __name__)


def filter_asked() -> tuple[Unit | None, BoardFilter]:
    """The filter of the board as the address says it, and its unit."""
    below_id = request.args.get("unit_id", type=int)
    below = fetch(Unit, below_id, actor=actor(), may=Permission.SCORE_VIEW) if below_id else None
    return below, BoardFilter(
        year=year_of(request.args.get("year")),
        below=below.path if below else None,
        only_lost=request.args.get("view") == "lost",
    )


@blueprint.get("/assessments")
@requires(Permission.SCORE_VIEW)
def index() -> str:
    """Units by what they have of what they could have, the lowest first."""
    acting = actor()
    below, given = filter_asked()
    year = given.year
    view = "lost" if given.only_lost else "all"
    after = request.args.get("after")
    rows, more = board(acting, year=year, below=given.below, after=after, only_lost=given.only_lost)
    return render_template(
        "assessments/index.html",
        rows=rows,
        year=year,
        years=[(each, _("Year %(year)s", year=each)) for each in sheet_years(today())],
        below=below,
        places=places(acting),
        view=view,
        after=after,
        more=rows[-1].cursor if more else None,
        form_key=secrets.token_hex(12),
        may_score=acting.may(Permission.SCORE_RUN),
    )


@blueprint.get("/assessments/<int:unit_id>")
@requires(Permission.SCORE_VIEW)
def show(unit_id: int) -> str:
    """One unit's sheet: each line, why marks are lost, and what brings them back."""
    acting = actor()
    unit = fetch(Unit, unit_id, actor=acting, may=Permission.SCORE_VIEW)
    year = year_of(request.args.get("year"))
    sheet = unit_sheet(unit, year=year)
    bars = None
    if sheet is not None:
        bars = {
            "rows": [
                [
                    _(heading.name),
                    None if heading.share is None else round(float(heading.share), 1),
                    None if heading.mean_share is None else round(float(heading.mean_share), 1),
                ]
                for heading in sheet.headings
                if any(line.measured for line in heading.lines)
            ],
            "own": _("This unit"),
            "mean": _("Mean"),
            "pending": _("open"),
        }
    return render_template(
        "assessments/show.html",
        unit=unit,
        year=year,
        sheet=sheet,
        bars=bars,
        may_record=acting.can(Permission.DUTY_RECORD, unit.path),
        may_print=acting.can(Permission.DOCUMENT_PRINT, unit.path),
        form_key=secrets.token_hex(12),
        has_ledger="ledger.show" in current_app.view_functions,
    )


@blueprint.post("/assessments/score")
@requires(Permission.SCORE_RUN)
def score() -> Response:
    """Have the scores of one's reach counted now."""
    year, form_key = YearForm.sent()
    # The same form again is the same job, which runs already.
    with suppress(Conflict), transaction():
        request_scoring(actor(), year=year, form_key=form_key)
    flash(
        {  # type: ignore[arg-type]
            "title": _("The scores of %(year)s are being counted", year=year),
            "text": _("You may leave this page."),
            "address": url_for("jobs.index"),
            "word": _("Background jobs"),
        },
        "run",
    )
    return back("assessments.index", year=year)
