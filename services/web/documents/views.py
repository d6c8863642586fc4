"""Pages of documents: which papers there are, and printing one unit's or all units' of the filter."""

import secrets
from contextlib import suppress

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from services.web.documents.forms import PrintForm, year_of
from services.web.edge import actor, back, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.queries import places, sheet_years
from shared.clock import today
from shared.db import transaction
from shared.documents.actions import print_unit as ask_for_one
from shared.documents.actions import print_units as ask_for_many
from shared.documents.queries import PaperFilter, papers, print_jobs, printable_units
from shared.documents.reports import REPORTS
from shared.errors import Conflict
from shared.i18n import _
from shared.jobs import Job
from shared.organisations.models import Unit

blueprint = Blueprint("documents", __name__)


def filter_asked() -> tuple[Unit | None, PaperFilter]:
    """The filter of the papers as the address says it, and its unit."""
    unit_id = request.args.get("unit_id", type=int)
    below = fetch(Unit, unit_id, actor=actor(), may=Permission.DOCUMENT_VIEW) if unit_id else None
    return below, PaperFilter(year_of(request.args.get("year")), below.path if below else None)


@blueprint.get("/documents")
@requires(Permission.DOCUMENT_VIEW)
def index() -> str:
    """The papers made so far, newest first, and the button that makes all of the filter."""
    acting = actor()
    below, given = filter_asked()
    year, path = given.year, given.below
    may_print = acting.may(Permission.DOCUMENT_PRINT)
    before = request.args.get("before", type=int)
    rows, more = papers(acting, year=year, below=path, before=before)
    return render_template(
        "documents/index.html",
        rows=rows,
        more=rows[-1].document_id if more else None,
        before=before,
        year=year,
        years=[(each, _("Year %(year)s", year=each)) for each in sheet_years(today())],
        below=below,
        places=places(acting, Permission.DOCUMENT_VIEW),
        reports=REPORTS,
        unit_count=len(printable_units(acting, year=year, below=path)) if may_print else 0,
        may_print=may_print,
        jobs=print_jobs(acting) if may_print else [],
        form_key=secrets.token_hex(12),
    )


@blueprint.post("/documents/print")
@requires(Permission.DOCUMENT_PRINT)
def print_all() -> Response:
    """Print every unit of the filter as one zip."""
    asked = PrintForm.sent()
    acting = actor()
    below = fetch(Unit, asked.unit_id, actor=acting, may=Permission.DOCUMENT_PRINT) if asked.unit_id else None
    # The same form again is the same job, which runs already.
    with suppress(Conflict), transaction():
        ask_for_many(acting, year=asked.year, below=below, form_key=asked.form_key)
    return back("documents.index", year=asked.year, unit_id=below.id if below else None)


@blueprint.post("/documents/print/<int:unit_id>")
@requires(Permission.DOCUMENT_PRINT)
def print_unit(unit_id: int) -> Response:
    """Print one unit."""
    acting = actor()
    unit = fetch(Unit, unit_id, actor=acting, may=Permission.DOCUMENT_PRINT)
    asked = PrintForm.sent()
    with suppress(Conflict), transaction():
        ask_for_one(acting, unit, year=asked.year, form_key=asked.form_key)
    return back("documents.index", year=asked.year)


@blueprint.get("/documents/jobs/<int:job_id>")
@requires(Permission.JOB_VIEW)
def progress(job_id: int) -> str:
    """How far one printing is: the part of the page that asks again by itself."""
    acting = actor()
    fetch(Job, job_id, actor=acting, may=Permission.JOB_VIEW)
    found = print_jobs(acting, job_id=job_id)
    return render_template("documents/progress.html", jobs=found)
