"""Pairings: the list, those with nothing done this year first; a new one; one with what was done together."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.contacts.forms import ActivityForm, EndForm, PairingForm
from services.web.contacts.views.routes import blueprint, key_pair, one_of, unit_asked, year_asked, years
from services.web.deeds.views.routes import units_to_act_for
from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.contacts.actions.postings import Paired, add_activity, begin_pairing, end_pairing
from shared.contacts.models import Pairing
from shared.contacts.queries.lists import PAIRING_VIEWS, PairingFilter, activities
from shared.contacts.queries.lists import pairings as pairings_of
from shared.db import db, transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Invalid
from shared.findings.queries.story import offered_records
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

VIEW_WORDS: dict[str, lazy_] = {
    "missing": lazy_("Nothing done together this year"),
    "current": lazy_("Paired now"),
    "ended": lazy_("Ended"),
    "all": lazy_("All"),
}


def _before() -> tuple[int, int] | None:
    pair = key_pair(request.args.get("before", ""))
    return (int(pair[0]), pair[1]) if pair is not None and pair[0] in ("0", "1") else None


def pairings_asked() -> PairingFilter:
    """The filter of the list as the address says it."""
    return PairingFilter(
        view=one_of("view", PAIRING_VIEWS, "current"),
        year=year_asked(),
        unit_id=unit_asked(),
        before=_before(),
    )


@blueprint.get("/pairings")
@requires(Permission.DEED_VIEW)
def pairings() -> str:
    given = pairings_asked()
    rows, more = pairings_of(actor(), given)
    kept: dict[str, Any] = {key: request.args[key] for key in ("unit_id", "year") if request.args.get(key)}
    return render_template(
        "contacts/pairings.html",
        rows=rows,
        given=given,
        kept=kept,
        further=f"{more[0]}_{more[1]}" if more else None,
        scopes=scope_units(actor(), Permission.DEED_VIEW),
        views=VIEW_WORDS,
        years=years(),
        may_edit=actor().may(Permission.DEED_EDIT),
    )


@blueprint.route("/pairings/new", methods=["GET", "POST"])
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour", methods=["POST"])
def pairing_new() -> Response | tuple[str, int]:
    sending = request.method == "POST"
    form = (
        PairingForm()
        if sending
        else PairingForm(formdata=None, form_key=secrets.token_hex(12), since=today())
    )
    form.offer(units_to_act_for())

    def page(status: int) -> tuple[str, int]:
        return render_template("contacts/pairing_new.html", form=form), status

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data or form.since.data is None:
        return page(422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.DEED_EDIT)
    if form.to_unit_id.data is not None:
        fetch(Unit, form.to_unit_id.data, actor=actor(), may=Permission.DEED_EDIT)
    try:
        with transaction():
            row = begin_pairing(
                actor(),
                unit=unit,
                given=Paired(
                    to_unit_id=form.to_unit_id.data,
                    partner=form.partner.data or "",
                    theme=form.theme.data or "",
                    since=form.since.data,
                ),
                form_key=form.form_key.data[:64],
            )
            key = row.id
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved."), "ok")
    return redirect(url_for("contacts.pairing", pairing_id=key), 303)


def _page(
    row: Pairing, *, form: ActivityForm | None = None, end: EndForm | None = None, status: int = 200
) -> tuple[str, int]:
    units = {
        unit.id: unit
        for unit in db.session.scalars(
            select(Unit).where(Unit.id.in_((row.from_unit_id, row.to_unit_id or 0)))
        )
    }
    mine = [unit for unit in units.values() if actor().can(Permission.DEED_EDIT, unit.path)]
    form = form or ActivityForm(formdata=None, form_key=secrets.token_hex(12), on_date=today())
    records = [one for unit in mine for one in offered_records(unit.id)]
    form.event_id.choices = [("", "—"), *((key, f"{day} {title}") for key, title, day in records)]
    return (
        render_template(
            "contacts/pairing.html",
            pairing=row,
            ours=units[row.from_unit_id],
            other=units[row.to_unit_id].name if row.to_unit_id else row.partner,
            rows=activities(row.id),
            form=form,
            end=end or EndForm(formdata=None, until=today()),
            may_edit=bool(mine),
            may_end=actor().can(Permission.DEED_EDIT, units[row.from_unit_id].path),
            year=today().year,
        ),
        status,
    )


@blueprint.get("/pairings/<int:pairing_id>")
@requires(Permission.DEED_VIEW)
def pairing(pairing_id: int) -> tuple[str, int]:
    return _page(fetch(Pairing, pairing_id, actor=actor(), may=Permission.DEED_VIEW))


@blueprint.post("/pairings/<int:pairing_id>/activities")
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour")
def pairing_add(pairing_id: int) -> Response | tuple[str, int]:
    """Either side notes what was done together."""
    row = fetch(Pairing, pairing_id, actor=actor(), may=Permission.DEED_EDIT, lock=True)
    form = ActivityForm()
    if not form.validate() or not form.form_key.data or form.on_date.data is None:
        return _page(row, form=form, status=422)
    try:
        with transaction():
            add_activity(
                actor(),
                pairing=row,
                on_date=form.on_date.data,
                title=form.title.data or "",
                event_id=form.event_id.data,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(row, form=form, status=422)
    flash(_("Saved."), "ok")
    return redirect(url_for("contacts.pairing", pairing_id=pairing_id), 303)


@blueprint.post("/pairings/<int:pairing_id>/end")
@requires(Permission.DEED_EDIT)
def pairing_end(pairing_id: int) -> Response | tuple[str, int]:
    """The unit that began it ends it."""
    row = fetch(Pairing, pairing_id, actor=actor(), may=Permission.DEED_EDIT, lock=True)
    fetch(Unit, row.from_unit_id, actor=actor(), may=Permission.DEED_EDIT)
    form = EndForm()
    if not form.validate() or form.until.data is None:
        return _page(row, end=form, status=422)
    try:
        with transaction():
            end_pairing(actor(), pairing=row, until=form.until.data)
    except Invalid as problem:
        show_problem(form, problem)
        return _page(row, end=form, status=422)
    flash(_("Ended"), "ok")
    return redirect(url_for("contacts.pairing", pairing_id=pairing_id), 303)
