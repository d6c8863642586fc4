"""Mobile members: the list, overdue contact first; one stay registered, contact noted, ended."""

import secrets
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, back, requires
from services.web.fields import show_problem
from services.web.members.forms import KeptForm, StayForm, first_error
from services.web.members.views.listing import number_in
from services.web.members.views.person import blueprint
from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from shared.i18n import _
from shared.members import actions, queries
from shared.members.actions.entering import living_membership
from shared.members.actions.mobile import living_stay
from shared.members.mobility import advice_limits, contact_limits
from shared.members.models import Membership, MobileStay, Person
from shared.members.queries.mobile import SHOWS
from shared.organisations.models import Unit
from shared.tenants.queries import setting


def _place(name: str) -> tuple[date, int] | None:
    """A place in the list, 'id~day'; whatever cannot be read counts as not given."""
    number, _tilde, day = request.args.get(name, "").partition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def read_mobile(actor: Actor) -> tuple[Unit | None, queries.MobileFilter]:
    """The filter of the address and its unit."""
    unit_id = number_in(request.args, "unit_id")
    unit = fetch(Unit, unit_id, actor=actor, may=Permission.MEMBER_VIEW) if unit_id is not None else None
    show = request.args.get("show", "late")
    return unit, queries.MobileFilter(show if show in SHOWS else "late", unit.path if unit else None)


@blueprint.get("/members/mobile")
@requires(Permission.MEMBER_VIEW)
def mobile() -> str:
    """Who is away from the unit and who is here from elsewhere; first those with whom contact is overdue."""
    who = actor()
    if not who.reaches(Permission.MEMBER_VIEW):
        raise Forbidden(_("Your role reaches no unit."))
    unit, given = read_mobile(who)
    page = queries.mobile_page(who, given, after=_place("after"), before=_place("before"))

    def address(**changes: Any) -> str:
        values = {"unit_id": unit.id if unit else None, "show": given.show, **changes}
        return url_for("members.mobile", **{key: value for key, value in values.items() if value is not None})

    def place(at: tuple[date, int] | None) -> str | None:
        return f"{at[1]}~{at[0].isoformat()}" if at else None

    return render_template(
        "members/mobile.html",
        unit=unit,
        given=given,
        page=page,
        counts=queries.count_mobile(who, given.path),
        address=address,
        next=address(after=place(page.after)) if page.after else None,
        previous=address(before=place(page.before)) if page.before else None,
        today=today(),
        days=setting("mobile_contact_days"),
        limits=[*contact_limits(today()), *advice_limits(today())],
        may_edit=who.may(Permission.MEMBER_EDIT),
        form_key=secrets.token_urlsafe(9),
    )


def _belonging(person: Person, *, lock: bool = False) -> Membership:
    """The Party membership that the stay is about, in the actor's reach."""
    found = living_membership(person, "party")
    if found is None:
        raise Invalid(_("%(name)s belongs to no Party organisation here.", name=person.name))
    return fetch(Membership, found.id, actor=actor(), may=Permission.MEMBER_EDIT, lock=lock)


def _stay_page(person: Person, membership: Membership, form: StayForm | None = None) -> str:
    stays = queries.stays_of(person.id)
    stay = next((one for one in stays if one.until is None), None)
    if form is None:
        row = living_stay(person.id) if stay else None
        form = StayForm(
            None,
            data={
                "reason": row.reason,
                "place": row.place,
                "host": row.host,
                "since": row.since,
                "contact_id": row.contact_id or 0,
            }
            if row
            else {"since": today(), "contact_id": 0},
        )
        form.offer(queries.keepers_of(membership.unit_id, person.id))
    kept = KeptForm(None, data={"on": today(), "way": "phone"})
    kept.offer()
    return render_template(
        "members/stay.html",
        person=person,
        membership=membership,
        direction="in" if membership.relation == "in" else "out",
        form=form,
        kept=kept,
        stay=stay,
        stays=stays,
        today=today(),
        advice=queries.advice_of(stay, today()) if stay else "",
    )


@blueprint.get("/members/<int:person_id>/stay")
@requires(Permission.MEMBER_EDIT)
def stay(person_id: int) -> str:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    return _stay_page(person, _belonging(person))


@blueprint.post("/members/<int:person_id>/stay")
@requires(Permission.MEMBER_EDIT)
def register_stay(person_id: int) -> Response | tuple[str, int]:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
    membership = _belonging(person, lock=True)
    form = StayForm()
    form.offer(queries.keepers_of(membership.unit_id, person.id))
    if form.validate():
        try:
            with transaction():
                actions.register_stay(
                    actor(),
                    person,
                    membership,
                    reason=form.reason.data,
                    place=form.place.data or "",
                    host=form.host.data or "",
                    contact_id=form.contact_id.data or None,
                    since=form.since.data or today(),
                    form_key=(form.form_key.data or "")[:64],
                )
        except Invalid as problem:
            db.session.rollback()
            show_problem(form, problem)
        else:
            flash(_("The stay of %(name)s is registered", name=person.name), "ok")
            return redirect(url_for("members.show", person_id=person.id), 303)
    return _stay_page(person, membership, form), 422


def _lasting(person: Person) -> MobileStay:
    found = living_stay(person.id)
    if found is None:
        raise Conflict(_("No stay of %(name)s is registered; register it first.", name=person.name))
    return found


def _returned(person: Person) -> Response:
    """To where the press came from: the list, or the person's page."""
    if request.form.get("from") == "list":
        return back(
            "members.mobile",
            show=request.form.get("show") or None,
            unit_id=number_in(request.form, "unit_id"),
        )
    return redirect(url_for("members.show", person_id=person.id), 303)


def _refused(person: Person, problem: Problem | str) -> Response:
    db.session.rollback()
    text = str(problem) or "; ".join(str(value) for value in getattr(problem, "fields", {}).values())
    flash({"title": _("Not done"), "text": text}, "late")  # type: ignore[arg-type]
    return _returned(person)


@blueprint.post("/members/<int:person_id>/stay/contact")
@requires(Permission.MEMBER_EDIT)
def note_contact(person_id: int) -> Response:
    """Contact was kept: one press notes today's call, the form another day or way."""
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    form = KeptForm()
    form.offer()
    if not form.validate():
        return _refused(person, first_error(form))
    try:
        with transaction():
            actions.note_contact(
                actor(),
                _lasting(person),
                on=form.on.data or today(),
                way=form.way.data,
                form_key=f"{person.id}:{form.form_key.data or secrets.token_urlsafe(9)}"[:64],
            )
    except (Invalid, Conflict) as problem:
        return _refused(person, problem)
    flash(_("Contact with %(name)s is noted", name=person.name), "ok")
    return _returned(person)


@blueprint.post("/members/<int:person_id>/stay/end")
@requires(Permission.MEMBER_EDIT)
def end_stay(person_id: int) -> Response:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    try:
        on = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        on = today()
    try:
        with transaction():
            membership = _belonging(person, lock=True)
            here = membership.relation == "in"
            actions.end_stay(actor(), membership, living_stay(person.id), on=on)
    except NotFound:
        raise
    except (Invalid, Conflict) as problem:
        return _refused(person, problem)
    if here:
        flash(_("%(name)s belongs to the unit no longer", name=person.name), "ok")
        return redirect(url_for("members.mobile"), 303)
    flash(_("%(name)s is back", name=person.name), "ok")
    return _returned(person)
