"""Excel out of any list as shown: all rows of the page's filter, not its page.

Each list has an address of its own, under the right of its page. The filter comes in the address exactly as the page
has it, and is read by the page's own reading.
"""

import io
import secrets
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.accounts.views.people import chosen_filter
from services.web.assessments.views import filter_asked as board_asked
from services.web.audit.views import filter_asked as trail_asked
from services.web.certificates.views.routes import filter_asked as certificates_asked
from services.web.circulars.views.following import receipts_asked
from services.web.contacts.views.pairings import pairings_asked
from services.web.contacts.views.points import points_asked
from services.web.contacts.views.postings import postings_asked
from services.web.contacts.views.visits import visits_asked
from services.web.deeds.views.lists import filter_asked as deeds_asked
from services.web.dispatches.views.lists import filter_asked as dispatches_asked
from services.web.dispatches.views.numbers import register_asked
from services.web.documents.views import filter_asked as papers_asked
from services.web.dues.views.exported import book_asked, months_asked, sheet_asked
from services.web.duties.views import exemptions_asked
from services.web.duties.views import filter_asked as plan_asked
from services.web.edge import actor, requires
from services.web.events.views.reviews import filter_asked as reviews_asked
from services.web.findings.views.lists import filter_asked as findings_asked
from services.web.ledger.views import filter_asked as matrix_asked
from services.web.ledger.views import overview_asked, unit_year_asked
from services.web.life.views.birthdays import birthdays_asked
from services.web.life.views.routes import filter_asked as life_asked
from services.web.meetings.views.pages import month_asked
from services.web.members.views.listing import read_filter
from services.web.members.views.mobile import read_mobile
from services.web.members.views.offices import read_offices
from services.web.minutes.views.resolutions import filter_asked as resolutions_asked
from services.web.organisations.views.listing import read_filter as units_asked
from services.web.publications.views import filter_asked as publications_asked
from services.web.reminders.views import log_asked, proof_asked
from services.web.returns.views.lists import filter_asked as returns_asked
from services.web.returns.views.results import result_asked
from services.web.rounds.views.appraisals import appraisals_asked
from services.web.rounds.views.honours import honours_asked
from services.web.rounds.views.pages import units_of_round_asked
from services.web.rounds.views.results import results_asked
from services.web.statistics.views import behind_asked, scope_asked
from services.web.study.views.lists import make_up_filter
from services.web.study.views.units import units_filter
from services.web.tasks.views.pages import filter_asked as tasks_asked
from services.web.tasks.views.responsibilities import listed_asked as responsibilities_asked
from services.web.terms.views.listing import filter_asked as terms_asked
from services.web.transfers.views.lists import filter_asked as transfers_asked
from services.web.watchlist.views.lists import filter_asked as watchlist_asked
from shared.clock import today
from shared.db import db, transaction
from shared.documents.reports import REPORTS
from shared.errors import Conflict
from shared.exports.actions import MEDIA_TYPE, export
from shared.exports.lists import LISTS
from shared.exports.lists.organisations import ListedUnits
from shared.exports.lists.reforms import AllReforms
from shared.exports.lists.reports import TABLES, SpanFilter
from shared.i18n import _
from shared.jobs import Job

blueprint = Blueprint("exports", __name__)


def _units_asked() -> ListedUnits:
    asked = units_asked(actor())
    return ListedUnits(**asdict(asked.given), lacks=asked.lacks)


#: The filter of each list, as its page reads it from the address.
ASKED: dict[str, Callable[[], Any]] = {
    "accounts.people": chosen_filter,
    "assessments.board": lambda: board_asked()[1],
    "audit.trail": lambda: trail_asked()[0],
    "contacts.pairings": pairings_asked,
    "contacts.points": points_asked,
    "contacts.postings": postings_asked,
    "contacts.visits": visits_asked,
    "certificates.list": certificates_asked,
    "circulars.receipts": receipts_asked,
    "deeds.list": deeds_asked,
    "dispatches.list": dispatches_asked,
    "dispatches.numbers": register_asked,
    "documents.papers": lambda: papers_asked()[1],
    "dues.book": book_asked,
    "dues.months": months_asked,
    "dues.sheet": sheet_asked,
    "duties.exemptions": exemptions_asked,
    "duties.plan": lambda: plan_asked()[1],
    "events.reviews": reviews_asked,
    "findings.list": findings_asked,
    "returns.list": returns_asked,
    "returns.result": result_asked,
    "meetings.calendar": month_asked,
    "ledger.matrix": lambda: matrix_asked()[1],
    "ledger.overview": lambda: overview_asked()[1],
    "ledger.unit": unit_year_asked,
    "life.birthdays": lambda: birthdays_asked()[1],
    "life.leaders": lambda: life_asked()[1],
    "life.lectures": lambda: life_asked()[1],
    "life.talks": lambda: life_asked()[1],
    "members.roster": lambda: read_filter(actor()).given,
    "members.mobile": lambda: read_mobile(actor())[1],
    "minutes.resolutions": resolutions_asked,
    "members.offices": lambda: read_offices(actor())[1],
    "organisations.listing": _units_asked,
    "publications.list": publications_asked,
    "reforms.list": AllReforms,
    "reminders.log": lambda: log_asked()[0],
    "reminders.proof": proof_asked,
    "rounds.honours": honours_asked,
    "rounds.results": results_asked,
    "rounds.units": units_of_round_asked,
    "rounds.appraisals": appraisals_asked,
    "statistics.people": behind_asked,
    "statistics.places": behind_asked,
    "statistics.tables": scope_asked,
    "study.makeup": make_up_filter,
    "study.units": units_filter,
    "tasks.list": tasks_asked,
    "tasks.responsibilities": responsibilities_asked,
    "terms.wanting": lambda: terms_asked()[1],
    "transfers.list": lambda: transfers_asked(actor())[0],
    "watchlist.list": watchlist_asked,
}


def _paper_asked(key: str) -> SpanFilter:
    """What a paper's table is of: the page's own row, and its year and month."""
    report = REPORTS[key.removeprefix("reports.")]
    year = request.args.get("year", type=int)
    return SpanFilter(
        request.args.get(f"{report.of}_id", type=int),
        year if year is not None and 2000 <= year <= today().year + 1 else today().year,
    )


for _table in TABLES:
    ASKED[_table.name] = partial(_paper_asked, _table.name)
#: What an address says about the page alone.
PAGING = {"after", "before"}


def endpoint_of(name: str) -> str:
    return name.replace(".", "_")


@blueprint.app_template_global("excel_form")
def excel_form(name: str) -> tuple[str, str]:
    """Where the page's list leaves as Excel, with its filter, and a key that makes a form sent twice one act."""
    # What the page names in its path (a unit) is part of its filter too.
    named = [(key, str(value)) for key, value in (request.view_args or {}).items()]
    kept = named + [(key, value) for key, value in request.args.items(multi=True) if key not in PAGING]
    address = url_for(f"exports.{endpoint_of(name)}")
    return f"{address}?{urlencode(kept)}" if kept else address, secrets.token_hex(12)


def _write(name: str) -> Response | BaseResponse:
    """The workbook at once, or the job that writes it."""
    form_key = request.form.get("form_key", "")[:64] or secrets.token_hex(12)
    try:
        with transaction():
            made = export(actor(), LISTS[name], ASKED[name](), form_key=form_key)
            job_id = made.job.id if made.job is not None else None
    except Conflict:
        # The same form again: its job runs already.
        found = db.session.scalars(select(Job.id).where(Job.form_key == f"export:{form_key}")).one_or_none()
        if found is None:
            raise
        return redirect(url_for("jobs.show", job_id=found), 303)
    if job_id is not None:
        flash(_("The list is long and is written in the background."), "run")
        return redirect(url_for("jobs.show", job_id=job_id), 303)
    answer = send_file(
        io.BytesIO(made.data),
        mimetype=MEDIA_TYPE,
        as_attachment=True,
        download_name=made.name,
        etag=False,
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _offer(name: str) -> None:
    """One address a list, under the right of the list."""

    @requires(LISTS[name].permission)
    def write() -> Response | BaseResponse:
        return _write(name)

    blueprint.add_url_rule(
        f"/exports/{name.replace('.', '/')}", endpoint_of(name), view_func=write, methods=["POST"]
    )


for _name in ASKED:
    _offer(_name)
