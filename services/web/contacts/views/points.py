"""Contact points: the list, what is missing first; a new one; one with its visits; the leader's own page of it."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.contacts.forms import EndForm, PointForm
from services.web.contacts.views.routes import blueprint, key_pair, one_of, unit_asked, year_asked, years
from services.web.deeds.views.routes import units_to_act_for
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.contacts.actions.points import end_point, name_point
from shared.contacts.models import ContactPoint
from shared.contacts.queries.people import people_offered, person_named
from shared.contacts.queries.points import (
    VIEWS,
    PointFilter,
    PointRow,
    contacts_of,
    own_points,
    point_row,
    points,
)
from shared.contacts.queries.visits import VisitFilter, visits
from shared.db import transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Invalid, NotFound
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

VIEW_WORDS: dict[str, lazy_] = {
    "missing": lazy_("Visits still to be made"),
    "current": lazy_("In touch now"),
    "ended": lazy_("Ended"),
    "all": lazy_("All"),
}


def _after() -> tuple[int, str, int] | None:
    pair = key_pair(request.args.get("after", ""))
    met, _sep, path = (pair[0] if pair is not None else "").partition("_")
    if pair is None or met not in ("0", "1") or not path.replace(".", "").isascii() or len(path) > 400:
        return None
    return (int(met), path, pair[1]) if path.replace(".", "").isdigit() else None


def points_asked() -> PointFilter:
    """The filter of the list as the address says it."""
    return PointFilter(
        view=one_of("view", VIEWS, "current"), year=year_asked(), unit_id=unit_asked(), after=_after()
    )


@blueprint.get("")
@requires(Permission.DEED_VIEW)
def index() -> str:
    given = points_asked()
    rows, more = points(actor(), given)
    kept: dict[str, Any] = {key: request.args[key] for key in ("unit_id", "year") if request.args.get(key)}
    return render_template(
        "contacts/index.html",
        rows=rows,
        given=given,
        kept=kept,
        further=f"{more[0]}_{more[1]}_{more[2]}" if more else None,
        scopes=scope_units(actor(), Permission.DEED_VIEW),
        views=VIEW_WORDS,
        years=years(),
        may_edit=actor().may(Permission.DEED_EDIT),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """A leader keeps in touch with a unit."""
    sending = request.method == "POST"
    form = (
        PointForm()
        if sending
        else PointForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            since=today(),
            unit_id=person_key(request.args.get("unit_id")),
        )
    )
    form.unit_id.choices = units_to_act_for()

    def page(status: int) -> tuple[str, int]:
        return render_template("contacts/new.html", form=form, people=people_offered(actor())), status

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data or form.since.data is None:
        return page(422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.DEED_EDIT)
    try:
        person_id = person_named(actor(), form.person.data or "", field="person")
        with transaction():
            row = name_point(
                actor(),
                unit=unit,
                person_id=person_id,
                since=form.since.data,
                remark=form.remark.data or "",
                form_key=form.form_key.data[:64],
            )
            key = row.id
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved."), "ok")
    return redirect(url_for("contacts.point", contact_id=key), 303)


def _page(point: ContactPoint, form: EndForm | None = None, status: int = 200) -> tuple[str, int]:
    year = year_asked()
    row = point_row(point.id, year)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    made, more = visits(actor(), VisitFilter(year=year, contact_id=point.id))
    may_edit = actor().can(Permission.DEED_EDIT, row.path)
    return (
        render_template(
            "contacts/point.html",
            row=row,
            year=year,
            years=years(),
            visits=made,
            more=more,
            form=form or EndForm(formdata=None, until=today()),
            may_edit=may_edit,
        ),
        status,
    )


@blueprint.get("/points/<int:contact_id>")
@requires(Permission.DEED_VIEW)
def point(contact_id: int) -> tuple[str, int]:
    """One contact point with its visits of a year."""
    return _page(fetch(ContactPoint, contact_id, actor=actor(), may=Permission.DEED_VIEW))


@blueprint.post("/points/<int:contact_id>/end")
@requires(Permission.DEED_EDIT)
def end(contact_id: int) -> Response | tuple[str, int]:
    found = fetch(ContactPoint, contact_id, actor=actor(), may=Permission.DEED_EDIT, lock=True)
    form = EndForm()
    if not form.validate() or form.until.data is None:
        return _page(found, form, 422)
    try:
        with transaction():
            end_point(actor(), point=found, until=form.until.data)
    except Invalid as problem:
        show_problem(form, problem)
        return _page(found, form, 422)
    flash(_("Ended"), "ok")
    return redirect(url_for("contacts.point", contact_id=contact_id), 303)


@blueprint.app_template_global("contacts_at_hand")
def contacts_at_hand() -> list[PointRow]:
    """The person's own contact points that still lack visits this year (contacts/_today.html)."""
    return [row for row in own_points(actor().person_id or 0) if row.missing]


@blueprint.app_template_global("contacts_of_unit")
def contacts_of_unit(unit: Unit) -> list[PointRow]:
    """Who keeps in touch with the unit, for its page (contacts/_unit.html)."""
    return contacts_of(unit.id) if actor().can(Permission.DEED_VIEW, unit.path) else []
