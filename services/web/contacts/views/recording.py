"""A visit is recorded with what was found and solved: by the office, or by the leader whose contact point it is."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.contacts.forms import VisitForm
from services.web.contacts.views.routes import blueprint
from services.web.deeds.views.routes import units_to_act_for
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch, fetch_own
from shared.access.permissions import Permission
from shared.clock import today
from shared.contacts.actions.visits import MOST, Made, Problem, record_visit
from shared.contacts.models import ContactPoint
from shared.contacts.queries.people import people_offered, person_named
from shared.contacts.queries.points import point_row
from shared.db import db, transaction
from shared.errors import Invalid
from shared.events.queries import names_of
from shared.findings.queries.story import offered_records
from shared.i18n import _
from shared.organisations.models import Unit


def problems_sent() -> tuple[Problem, ...]:
    """The rows of problems as they were sent, empty ones left out."""
    count = request.form.get("problems-rows", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    rows = [
        Problem(
            request.form.get(f"problems-{place}-content", "").strip(),
            request.form.get(f"problems-{place}-solution", "").strip(),
        )
        for place in range(min(number, MOST + 4))
    ]
    return tuple(one for one in rows if one.content or one.solution)


def _made(form: VisitForm) -> Made:
    assert form.on_date.data is not None
    return Made(
        kind=form.kind.data or "",
        on_date=form.on_date.data,
        place=form.place.data or "",
        about=form.about.data or "",
        event_id=form.event_id.data if form.event_id is not None else None,
        problems=problems_sent(),
    )


def _page(
    form: VisitForm,
    unit: Unit | None,
    *,
    own: ContactPoint | None = None,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    """The form; `own` is the leader's contact point, whose unit and leader stand already."""
    records = offered_records(unit.id) if unit is not None and own is None else []
    form.offer(
        units_to_act_for() if own is None else [], [(key, f"{day} {title}") for key, title, day in records]
    )
    return (
        render_template(
            "contacts/visit_new.html",
            form=form,
            lines=[{"content": one.content, "solution": one.solution} for one in problems_sent()],
            wrong=wrong or {},
            unit=unit,
            own=point_row(own.id, today().year) if own is not None else None,
            records=records,
            people=people_offered(actor()) if own is None else [],
        ),
        status,
    )


def _wrong_rows(form: VisitForm, problem: Invalid) -> dict[str, str]:
    """What is wrong in the rows stands beside them; the rest on the form."""
    rows = {key: str(text) for key, text in problem.fields.items() if key.startswith("problems")}
    rest = {key: text for key, text in problem.fields.items() if key not in rows}
    show_problem(form, Invalid(str(problem), fields=rest))
    return rows


@blueprint.route("/visits/new", methods=["GET", "POST"])
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour", methods=["POST"])
def visit_new() -> Response | tuple[str, int]:
    """A visit; from a contact point its leader and unit stand already."""
    sending = request.method == "POST"
    contact_id = person_key(request.args.get("contact_id"))
    point = (
        fetch(ContactPoint, contact_id, actor=actor(), may=Permission.DEED_EDIT)
        if contact_id is not None and not sending
        else None
    )
    chosen = person_key((request.form if sending else request.args).get("unit_id"))
    unit_id = point.unit_id if point is not None else chosen
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DEED_EDIT) if unit_id is not None else None
    if not sending:
        form = VisitForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            unit_id=unit_id,
            person=names_of([point.person_id]).get(point.person_id, "") if point is not None else "",
            kind="contact" if point is not None else "visit",
            on_date=today(),
        )
        return _page(form, unit)
    form = VisitForm()
    form.offer([], [])
    if not form.validate() or not form.form_key.data or unit is None:
        return _page(form, unit, status=422)
    try:
        person_id = person_named(actor(), form.person.data or "", field="person")
        with transaction():
            row = record_visit(
                actor(), unit=unit, person_id=person_id, given=_made(form), form_key=form.form_key.data[:64]
            )
            key = row.id
    except Invalid as problem:
        return _page(form, unit, wrong=_wrong_rows(form, problem), status=422)
    flash(_("Visit recorded"), "ok")
    return redirect(url_for("contacts.visit", visit_id=key), 303)


@blueprint.route("/mine/<int:contact_id>", methods=["GET", "POST"])
@requires(Permission.SELF)
@limiter.limit("240 per hour", methods=["POST"])
def own(contact_id: int) -> Response | tuple[str, int]:
    """The leader's own contact point: record a visit, whatever other rights the leader has."""
    sending = request.method == "POST"
    point = fetch_own(ContactPoint, contact_id, actor=actor())
    unit = db.session.execute(select(Unit).where(Unit.id == point.unit_id)).scalar_one()
    form = (
        VisitForm()
        if sending
        else VisitForm(formdata=None, form_key=secrets.token_hex(12), kind="contact", on_date=today())
    )
    del form.unit_id, form.person, form.event_id
    form.offer([], [])
    if not sending:
        return _page(form, unit, own=point)
    if not form.validate() or not form.form_key.data or form.on_date.data is None:
        return _page(form, unit, own=point, status=422)
    try:
        with transaction():
            record_visit(
                actor(),
                unit=unit,
                person_id=point.person_id,
                given=_made(form),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        return _page(form, unit, own=point, wrong=_wrong_rows(form, problem), status=422)
    flash(_("Visit recorded"), "ok")
    return redirect(url_for("contacts.own", contact_id=contact_id), 303)
