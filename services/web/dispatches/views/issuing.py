"""A signed document goes out, and is filed away."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from services.web.dispatches.forms import ArchiveForm, IssueForm, PaperIssueForm
from services.web.dispatches.views.one import page
from services.web.dispatches.views.routes import DRAFT, blueprint, said, to_page
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.audiences.queries import segments
from shared.circulars.actions import count_recipients, sample_recipients
from shared.db import db, transaction
from shared.dispatches.actions import archive as file_away
from shared.dispatches.actions import check_out, issue_on_paper
from shared.dispatches.actions import issue as send_out
from shared.dispatches.actions import issue_up as send_up
from shared.dispatches.models import Dispatch
from shared.dispatches.queries import number_of, open_dispatch
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit

SEND = Permission.CIRCULAR_SEND


def _form(sending: bool) -> IssueForm:
    form = IssueForm(formdata=request.form if sending else request.args or MultiDict[str, Any]())
    lines = set(
        db.session.scalars(
            select(Unit.line).distinct().where(Unit.state == "active", reach_filter(actor(), SEND, Unit.path))
        )
    )
    form.offer_audience(scope_units(actor(), SEND), lines)
    return form


def _choice(dispatch: Dispatch, unit: Unit, form: IssueForm, status: int = 200) -> tuple[str, int]:
    count, sample, pairs = 0, [], []
    try:
        audience = form.audience()
    except Invalid as problem:
        show_problem(form, problem)
        status = 422
    else:
        chosen: dict[str, Any] = {"unit_id": unit.id, "whom": form.whom_kept(), "audience": audience}
        count = count_recipients(actor(), **chosen)
        sample = sample_recipients(actor(), **chosen)
        pairs = form.pairs()
    form.seen.data = str(count)
    form.form_key.data = form.form_key.data or secrets.token_hex(12)
    return (
        render_template(
            "dispatches/issue.html",
            form=form,
            dispatch=dispatch,
            unit=unit,
            number=number_of(dispatch),
            count=count,
            sample=sample,
            pairs=pairs,
            kept=segments(actor())[0],
            to_units=form.whom_kept() == "units",
        ),
        status,
    )


@blueprint.route("/dispatches/<int:dispatch_id>/issue", methods=["GET", "POST"])
@requires(SEND)
@limiter.limit("240 per hour", methods=["POST"])
def issue(dispatch_id: int) -> Response | tuple[str, int]:
    """GET shows whom the choice reaches; POST sends the paper to exactly so many, as a circular."""
    sending = request.method == "POST"
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=SEND, lock=sending)
    unit = fetch(Unit, dispatch.unit_id, actor=actor(), may=SEND)
    try:
        check_out(dispatch)
    except Conflict as problem:
        said(problem)
        return to_page(dispatch_id)
    form = _form(sending)
    if not sending:
        return _choice(dispatch, unit, form)
    if not form.validate() or not form.form_key.data:
        return _choice(dispatch, unit, form, 422)
    try:
        with transaction():
            made = send_out(
                actor(),
                dispatch=dispatch,
                unit=unit,
                number=number_of(dispatch),
                whom=form.whom_kept(),
                audience=form.audience(),
                seen=person_key(request.form.get("seen")) or 0,
                form_key=form.form_key.data[:40],
            )
    except (Invalid, Conflict) as problem:
        if isinstance(problem, Invalid):
            show_problem(form, problem)
        else:
            said(problem)
        dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=SEND)
        unit = fetch(Unit, dispatch.unit_id, actor=actor(), may=SEND)
        return _choice(dispatch, unit, form, problem.status)
    flash(_("Sent to %(n)s recipients.", n=made), "ok")
    return to_page(dispatch_id)


@blueprint.post("/dispatches/<int:dispatch_id>/issue-up")
@requires(SEND)
@limiter.limit("240 per hour")
def issue_up(dispatch_id: int) -> Response:
    """Send the paper to the unit above."""
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=SEND, lock=True)
    unit = fetch(Unit, dispatch.unit_id, actor=actor(), may=SEND)
    try:
        with transaction():
            send_up(
                actor(),
                dispatch=dispatch,
                unit=unit,
                number=number_of(dispatch),
                form_key=request.form.get("form_key", "")[:40] or secrets.token_hex(12),
            )
    except (Invalid, Conflict) as problem:
        said(problem)
    else:
        flash(_("Sent to the unit above."), "ok")
    return to_page(dispatch_id)


@blueprint.post("/dispatches/<int:dispatch_id>/issue-on-paper")
@requires(DRAFT)
def on_paper(dispatch_id: int) -> Response | tuple[str, int]:
    """Note that it went out without the product."""
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=True)
    form = PaperIssueForm()
    if form.validate() and form.form_key.data:
        try:
            with transaction():
                issue_on_paper(
                    actor(),
                    dispatch=dispatch,
                    words=form.words.data or "",
                    form_key=form.form_key.data[:64],
                )
        except Invalid as problem:
            show_problem(form, problem)
        except Conflict as problem:
            said(problem)
            return to_page(dispatch_id)
        else:
            flash(_("Saved."), "ok")
            return to_page(dispatch_id)
    return page(*open_dispatch(actor(), dispatch_id), on_paper=form, status=422)


@blueprint.post("/dispatches/<int:dispatch_id>/archive")
@requires(DRAFT)
def archive(dispatch_id: int) -> Response | tuple[str, int]:
    """File it away."""
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=True)
    form = ArchiveForm()
    form.offer()
    if form.validate():
        retention = form.retention.data
        try:
            with transaction():
                file_away(
                    actor(),
                    dispatch=dispatch,
                    year=form.year.data or 0,
                    case_no=form.case_no.data or "",
                    retention=-1 if retention is None else retention,
                    revision=person_key(form.revision.data) or 0,
                )
        except Invalid as problem:
            show_problem(form, problem)
        except Conflict as problem:
            said(problem)
            return to_page(dispatch_id)
        else:
            flash(_("Filed away."), "ok")
            return redirect(url_for("dispatches.show", dispatch_id=dispatch_id), 303)
    return page(*open_dispatch(actor(), dispatch_id), archive=form, status=422)
