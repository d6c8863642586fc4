"""Pages of documents: what can be made, making one or those of a part of the tree, and which papers there are."""

import secrets
from contextlib import suppress
from types import SimpleNamespace

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from services.web.documents.forms import PrintForm, span_asked, year_of
from services.web.documents.words import catalogue, failures_of, report_choices, span_choices
from services.web.edge import actor, back, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.queries import places, sheet_years
from shared.clock import today
from shared.db import transaction
from shared.documents.actions import entry, print_again, print_paper
from shared.documents.actions import print_unit as ask_for_one
from shared.documents.actions import print_units as ask_for_many
from shared.documents.queries import PaperFilter, papers, print_jobs, printable_units
from shared.documents.reports import REPORTS, readable
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.jobs import Job
from shared.organisations.models import Unit

blueprint = Blueprint("documents", __name__)


def filter_asked() -> tuple[Unit | None, PaperFilter]:
    """The filter of the papers as the address says it, and its unit."""
    unit_id = request.args.get("unit_id", type=int)
    below = fetch(Unit, unit_id, actor=actor(), may=Permission.DOCUMENT_VIEW) if unit_id else None
    report = request.args.get("report", "")
    return below, PaperFilter(
        year_of(request.args.get("year")),
        below.path if below else None,
        report if report in REPORTS else None,
    )


@blueprint.app_template_global("paper_form")
def paper_form(report: str) -> SimpleNamespace | None:
    """The name of a paper and a key for its form; None where the reader may not have it made."""
    acting = g.get("actor")
    chosen = REPORTS.get(report)
    if acting is None or chosen is None:
        return None
    if not (acting.may(Permission.DOCUMENT_PRINT) and acting.may(chosen.may)):
        return None
    return SimpleNamespace(name=chosen.name, key=secrets.token_hex(12))


@blueprint.get("/documents")
@requires(Permission.DOCUMENT_VIEW)
def index() -> str:
    """What can be made, what is being made, and the papers made so far, newest first."""
    acting = actor()
    below, given = filter_asked()
    may_print = acting.may(Permission.DOCUMENT_PRINT)
    before = request.args.get("before", type=int)
    rows, more = papers(
        acting,
        year=given.year,
        below=given.below,
        report=given.report,
        among=readable(acting),
        before=before,
    )
    return render_template(
        "documents/index.html",
        rows=rows,
        more=rows[-1].document_id if more else None,
        before=before,
        year=given.year,
        years=[(each, _("Year %(year)s", year=each)) for each in sheet_years(today())],
        below=below,
        report=given.report,
        places=places(acting, Permission.DOCUMENT_VIEW),
        reports=REPORTS,
        report_choices=report_choices(),
        catalogue=catalogue(acting, given.year) if may_print else [],
        may_print=may_print,
        jobs=print_jobs(acting) if may_print else [],
        # The year's end has one button: the ledgers of all units of the filter.
        unit_count=len(printable_units(acting, year=given.year, below=given.below, may=REPORTS["ledger"].may))
        if may_print
        else 0,
        form_key=secrets.token_hex(12),
    )


@blueprint.get("/documents/new")
@requires(Permission.DOCUMENT_PRINT)
def new() -> str:
    """One paper of the catalogue, for a unit or all below it: how many that are, and the button."""
    acting = actor()
    chosen = entry(request.args.get("report", "ledger"))
    if chosen.of != "unit":
        raise NotFound(_("There is nothing at this address."))
    unit_id = request.args.get("unit_id", type=int)
    below = fetch(Unit, unit_id, actor=acting, may=Permission.DOCUMENT_PRINT) if unit_id else None
    span = span_asked().of(chosen)
    units = printable_units(
        acting, year=span.year or today().year, below=below.path if below else None, may=chosen.may
    )
    choices = places(acting, Permission.DOCUMENT_PRINT)
    if below is not None and below.id not in {key for key, _name in choices}:
        choices = [(below.id, below.name), *choices]
    return render_template(
        "documents/new.html",
        report=chosen,
        report_choices=report_choices(units_only=True),
        below=below,
        places=choices,
        span=span,
        spans=span_choices(chosen, span),
        unit_count=len(units) if chosen.many else 0,
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
        ask_for_many(acting, span=asked.span, below=below, report=asked.report, form_key=asked.form_key)
    return back("documents.index", year=asked.span.year, unit_id=below.id if below else None)


@blueprint.post("/documents/make")
@requires(Permission.DOCUMENT_PRINT)
def make() -> Response:
    """Make one paper of the catalogue, from the page it belongs to."""
    asked = PrintForm.sent()
    if asked.subject_id is None:
        raise Invalid(_("Say what the paper is to be of."))
    with suppress(Conflict), transaction():
        print_paper(
            actor(),
            report=asked.report,
            subject_id=asked.subject_id,
            span=asked.span,
            form_key=asked.form_key,
        )
    return back("documents.index")


@blueprint.post("/documents/print/<int:unit_id>")
@requires(Permission.DOCUMENT_PRINT)
def print_unit(unit_id: int) -> Response:
    """Print one unit's ledger."""
    acting = actor()
    unit = fetch(Unit, unit_id, actor=acting, may=Permission.DOCUMENT_PRINT)
    asked = PrintForm.sent()
    with suppress(Conflict), transaction():
        ask_for_one(acting, unit, year=asked.year, form_key=asked.form_key)
    return back("documents.index", year=asked.year)


@blueprint.post("/documents/jobs/<int:job_id>/again")
@requires(Permission.DOCUMENT_PRINT)
def again(job_id: int) -> Response:
    """Try the papers of a printing that could not be made once more."""
    acting = actor()
    job = fetch(Job, job_id, actor=acting, may=Permission.DOCUMENT_PRINT)
    form_key = request.form.get("form_key", "")[:64] or f"again {job_id}"
    with transaction():
        print_again(acting, job, form_key=form_key)
    return back("documents.index")


@blueprint.get("/documents/jobs/<int:job_id>")
@requires(Permission.JOB_VIEW)
def progress(job_id: int) -> str:
    """How far one printing is: the part of the page that asks again by itself."""
    acting = actor()
    fetch(Job, job_id, actor=acting, may=Permission.JOB_VIEW)
    found = print_jobs(acting, job_id=job_id)
    return render_template("documents/progress.html", jobs=found)


@blueprint.get("/documents/jobs/<int:job_id>/failed")
@requires(Permission.JOB_VIEW)
def failed(job_id: int) -> str:
    """Which papers of a printing could not be made, why, and the button that tries them again."""
    acting = actor()
    job = fetch(Job, job_id, actor=acting, may=Permission.JOB_VIEW)
    return render_template(
        "documents/failed.html",
        job=job,
        rows=failures_of(acting, job),
        over=job.state not in ("queued", "running"),
        may_print=acting.may(Permission.DOCUMENT_PRINT),
        form_key=secrets.token_hex(12),
    )
