"""The plan of a unit on the list and its progress month by month."""

from datetime import date

from flask import flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.watchlist.forms import MonthForm, PlanForm
from services.web.watchlist.views.entry import page_of
from services.web.watchlist.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.organisations.models import Unit
from shared.watchlist.actions.working import Step, add_measure, note_month, settle_measure
from shared.watchlist.models import WatchEntry, WatchMeasure
from shared.watchlist.queries.story import people_around


@blueprint.post("/<int:watch_id>/measures")
@requires(Permission.FINDING_WORK)
@limiter.limit("240 per hour")
def add(watch_id: int) -> Response | tuple[str, int]:
    """One more line of the plan."""
    entry = fetch(WatchEntry, watch_id, actor=actor(), may=Permission.FINDING_WORK, lock=True)
    unit = fetch(Unit, entry.unit_id, actor=actor(), may=Permission.FINDING_WORK)
    form = PlanForm()
    if not form.validate() or not form.form_key.data:
        return page_of(entry, plan=form, status=422)
    try:
        with transaction():
            add_measure(
                actor(),
                entry=entry,
                given=Step(
                    form.problem.data or "", form.content.data or "", form.owner_id.data, form.due_on.data
                ),
                people=people_around(unit),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page_of(entry, plan=form, status=422)
    flash(_("Measure entered"), "ok")
    return redirect(url_for("watchlist.show", watch_id=watch_id) + "#plan", 303)


@blueprint.post("/measures/<int:watch_measure_id>")
@requires(Permission.FINDING_WORK)
def measure(watch_measure_id: int) -> Response:
    """Note that a line of the plan is done, or not yet, or take it out."""
    row = db.session.execute(
        select(WatchMeasure).where(WatchMeasure.id == watch_measure_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    entry = fetch(WatchEntry, row.entry_id, actor=actor(), may=Permission.FINDING_WORK, lock=True)
    act = request.form.get("act", "")
    if act not in ("done", "open", "drop"):
        raise Conflict(_("This step cannot follow; look at the entry again."))
    with transaction():
        settle_measure(actor(), entry=entry, measure=row, act=act)
    flash(_("Measure taken out") if act == "drop" else _("Saved."), "ok")
    return redirect(url_for("watchlist.show", watch_id=entry.id) + "#plan", 303)


@blueprint.post("/<int:watch_id>/months")
@requires(Permission.FINDING_WORK)
@limiter.limit("240 per hour")
def month(watch_id: int) -> Response | tuple[str, int]:
    """What was done in a month; said again it takes the place of what was said."""
    entry = fetch(WatchEntry, watch_id, actor=actor(), may=Permission.FINDING_WORK, lock=True)
    form = MonthForm()
    form.month.choices = []
    if not form.validate():
        return page_of(entry, month=form, status=422)
    try:
        asked = date.fromisoformat(form.month.data or "")
    except ValueError:
        asked = date.max
    try:
        with transaction():
            note_month(actor(), entry=entry, month=asked, progress=form.progress.data or "")
    except Invalid as problem:
        show_problem(form, problem)
        return page_of(entry, month=form, status=422)
    flash(_("Saved."), "ok")
    return redirect(url_for("watchlist.show", watch_id=watch_id) + "#months", 303)
