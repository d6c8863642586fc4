"""Postings: the list, a new one, one put right or ended."""

import secrets
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.contacts.forms import PostingForm
from services.web.contacts.views.routes import blueprint, one_of, unit_asked
from services.web.deeds.views.routes import units_to_act_for
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.contacts.actions.postings import Posted, begin_posting, change_posting
from shared.contacts.kinds import POSTINGS
from shared.contacts.models import Posting
from shared.contacts.queries.lists import VIEWS, PostingFilter
from shared.contacts.queries.lists import postings as postings_of
from shared.contacts.queries.people import people_offered, person_named
from shared.db import transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Forbidden, Invalid
from shared.events.queries import names_of
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

VIEW_WORDS: dict[str, lazy_] = {
    "current": lazy_("Now and to come"),
    "ended": lazy_("Ended"),
    "all": lazy_("All"),
}


def postings_asked() -> PostingFilter:
    """The filter of the list as the address says it."""
    return PostingFilter(
        view=one_of("view", VIEWS, "current"),
        unit_id=unit_asked(),
        kind=one_of("kind", POSTINGS, ""),
        before=person_key(request.args.get("before")),
    )


@blueprint.get("/postings")
@requires(Permission.DEED_VIEW)
def postings() -> str:
    given = postings_asked()
    rows, more = postings_of(actor(), given)
    kept: dict[str, Any] = {key: request.args[key] for key in ("unit_id", "kind") if request.args.get(key)}
    on = today()
    return render_template(
        "contacts/postings.html",
        rows=rows,
        given=given,
        kept=kept,
        further=more,
        on=on,
        first=date(on.year, 1, 1),
        scopes=scope_units(actor(), Permission.DEED_VIEW),
        views=VIEW_WORDS,
        kinds=POSTINGS,
        may_edit=actor().may(Permission.DEED_EDIT),
    )


def _posted(form: PostingForm) -> Posted:
    to_unit_id = form.to_unit_id.data
    if to_unit_id is not None:
        fetch(Unit, to_unit_id, actor=actor(), may=Permission.DEED_EDIT)
    assert form.since.data is not None
    return Posted(
        kind=form.kind.data or "",
        to_unit_id=to_unit_id,
        place=form.place.data or "",
        since=form.since.data,
        until=form.until.data,
        duties=form.duties.data or "",
    )


@blueprint.route("/postings/new", methods=["GET", "POST"])
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour", methods=["POST"])
def posting_new() -> Response | tuple[str, int]:
    sending = request.method == "POST"
    form = (
        PostingForm()
        if sending
        else PostingForm(formdata=None, form_key=secrets.token_hex(12), since=today())
    )
    form.offer(units_to_act_for())

    def page(status: int) -> tuple[str, int]:
        return (
            render_template(
                "contacts/posting.html", form=form, posting=None, people=people_offered(actor()), who=""
            ),
            status,
        )

    if not sending:
        return page(200)
    if not form.validate() or not form.form_key.data or form.since.data is None:
        return page(422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.DEED_EDIT)
    try:
        person_id = person_named(actor(), form.person.data or "", field="person")
        with transaction():
            begin_posting(
                actor(),
                unit=unit,
                person_id=person_id,
                given=_posted(form),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved."), "ok")
    return redirect(url_for("contacts.postings"), 303)


@blueprint.route("/postings/<int:posting_id>", methods=["GET", "POST"])
@requires(Permission.DEED_EDIT)
def posting(posting_id: int) -> Response | tuple[str, int]:
    """Put a posting right, or say when it ended: by the unit that sends."""
    sending = request.method == "POST"
    row = fetch(Posting, posting_id, actor=actor(), may=Permission.DEED_EDIT, lock=sending)
    fetch(Unit, row.from_unit_id, actor=actor(), may=Permission.DEED_EDIT)
    form = PostingForm() if sending else PostingForm(formdata=None, obj=row)
    del form.unit_id, form.person
    form.offer([])
    units = units_to_act_for()
    kept = [] if row.to_unit_id in {None, *(key for key, _name in units)} else _name_of(row.to_unit_id or 0)
    form.to_unit_id.choices = [("", "—"), *kept, *units]
    who = names_of([row.person_id]).get(row.person_id, "")

    def page(status: int) -> tuple[str, int]:
        return render_template("contacts/posting.html", form=form, posting=row, people=[], who=who), status

    if not sending:
        return page(200)
    if not form.validate() or form.since.data is None:
        return page(422)
    try:
        given = _posted(form)
        with transaction():
            changed = change_posting(actor(), posting=row, given=given)
    except Invalid as problem:
        show_problem(form, problem)
        return page(422)
    flash(_("Saved.") if changed else _("Nothing was different."), "ok")
    return redirect(url_for("contacts.postings"), 303)


def _name_of(unit_id: int) -> list[tuple[int, str]]:
    """The unit at which somebody is posted, if the reader may see it."""
    try:
        unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DEED_VIEW)
    except Forbidden:
        return []
    return [(unit.id, unit.name)]
