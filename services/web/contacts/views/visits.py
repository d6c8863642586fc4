"""Visits: the list; one with what was found and solved; a problem becomes a deed; one declared void."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.contacts.forms import VoidForm
from services.web.contacts.views.routes import blueprint, key_pair, one_of, unit_asked, year_asked, years
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.contacts.actions.visits import take_up, void_visit
from shared.contacts.kinds import VISITS
from shared.contacts.models import Visit, VisitProblem
from shared.contacts.queries.visits import VIEWS, VisitFilter, problems_of, visit_behind
from shared.contacts.queries.visits import visits as visits_of
from shared.db import db, transaction
from shared.deeds.kinds import STATES
from shared.duties.queries.scopes import scope_units
from shared.errors import Invalid, NotFound
from shared.events.models import Event
from shared.events.queries import names_of
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

VIEW_WORDS: dict[str, lazy_] = {
    "open": lazy_("With problems still open"),
    "all": lazy_("All"),
}


def visits_asked() -> VisitFilter:
    """The filter of the list as the address says it."""
    pair = key_pair(request.args.get("before", ""))
    try:
        before = (date.fromisoformat(pair[0]), pair[1]) if pair is not None else None
    except ValueError:
        before = None
    return VisitFilter(
        view=one_of("view", VIEWS, "all"),
        year=year_asked(),
        unit_id=unit_asked(),
        kind=one_of("kind", VISITS, ""),
        contact_id=person_key(request.args.get("contact_id")),
        before=before,
    )


@blueprint.get("/visits")
@requires(Permission.DEED_VIEW)
def visits() -> str:
    given = visits_asked()
    rows, more = visits_of(actor(), given)
    kept: dict[str, Any] = {
        key: request.args[key] for key in ("unit_id", "kind", "year", "contact_id") if request.args.get(key)
    }
    return render_template(
        "contacts/visits.html",
        rows=rows,
        given=given,
        kept=kept,
        further=f"{more[0].isoformat()}_{more[1]}" if more else None,
        scopes=scope_units(actor(), Permission.DEED_VIEW),
        views=VIEW_WORDS,
        kinds=VISITS,
        years=years(),
        may_edit=actor().may(Permission.DEED_EDIT),
    )


def _page(row: Visit, form: VoidForm | None = None, status: int = 200) -> tuple[str, int]:
    unit = fetch(Unit, row.unit_id, actor=actor(), may=Permission.DEED_VIEW)
    event = (
        db.session.execute(select(Event.id, Event.title).where(Event.id == row.event_id)).one_or_none()
        if row.event_id is not None
        else None
    )
    return (
        render_template(
            "contacts/visit.html",
            visit=row,
            unit=unit,
            person=names_of([row.person_id]).get(row.person_id, ""),
            problems=problems_of(row.id),
            event=event,
            kinds=VISITS,
            states=STATES,
            form=form or VoidForm(formdata=None),
            may_edit=actor().can(Permission.DEED_EDIT, unit.path),
        ),
        status,
    )


@blueprint.get("/visits/<int:visit_id>")
@requires(Permission.DEED_VIEW)
def visit(visit_id: int) -> tuple[str, int]:
    return _page(fetch(Visit, visit_id, actor=actor(), may=Permission.DEED_VIEW))


@blueprint.post("/visits/<int:visit_id>/void")
@requires(Permission.DEED_EDIT)
def void(visit_id: int) -> Response | tuple[str, int]:
    row = fetch(Visit, visit_id, actor=actor(), may=Permission.DEED_EDIT, lock=True)
    form = VoidForm()
    if not form.validate():
        return _page(row, form, 422)
    try:
        with transaction():
            void_visit(actor(), visit=row, reason=form.reason.data or "")
    except Invalid as problem:
        show_problem(form, problem)
        return _page(row, form, 422)
    flash(_("Declared void"), "ok")
    return redirect(url_for("contacts.visit", visit_id=visit_id), 303)


@blueprint.post("/problems/<int:problem_id>/deed")
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour")
def to_deed(problem_id: int) -> Response:
    """A problem that was not solved on the spot becomes a deed of the unit."""
    problem = db.session.execute(
        select(VisitProblem).where(VisitProblem.id == problem_id).with_for_update()
    ).scalar_one_or_none()
    if problem is None:
        raise NotFound(_("There is nothing at this address."))
    row = fetch(Visit, problem.visit_id, actor=actor(), may=Permission.DEED_EDIT)
    unit = fetch(Unit, row.unit_id, actor=actor(), may=Permission.DEED_EDIT)
    with transaction():
        key = take_up(actor(), visit=row, problem=problem, unit=unit).id
    flash(_("It is a deed now; say who answers for it and until when."), "ok")
    return redirect(url_for("deeds.show", deed_id=key), 303)


@blueprint.app_template_global("visit_of_deed")
def visit_of_deed(deed_id: int) -> dict[str, Any] | None:
    """Where a deed was found (deeds/show.html)."""
    found = visit_behind(deed_id)
    if found is None:
        return None
    return {"id": found[0], "on_date": found[1], "sees": actor().can(Permission.DEED_VIEW, found[2])}
