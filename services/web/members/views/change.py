"""Enter a person; the page on which everything about one may be changed."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.members.forms import (
    ContactForm,
    EndForm,
    MoveMemberForm,
    PersonForm,
    PostForm,
    StatusForm,
)
from services.web.members.views.person import blueprint, homes_of
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.errors import Invalid
from shared.i18n import _
from shared.members import actions, queries
from shared.members.models import Person
from shared.members.numbers import show_phone
from shared.organisations.models import Unit
from shared.organisations.queries import choices, ids_of
from shared.tenants.queries import keys


def _line() -> str:
    return "union" if actor().tenant_kind == "union" else "party"


@blueprint.get("/members/add")
@requires(Permission.MEMBER_EDIT)
def add() -> str:
    form = PersonForm()
    form.offer(choices(actor(), Permission.MEMBER_EDIT), _line())
    wanted = request.args.get("unit_id", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 16:
        form.unit_id.data = int(wanted)
    return render_template("members/add.html", form=form, line=_line())


@blueprint.post("/members/add")
@requires(Permission.MEMBER_EDIT)
def create() -> Response | tuple[str, int]:
    form = PersonForm()
    form.offer(choices(actor(), Permission.MEMBER_EDIT), _line())
    form.unit_id.validate_choice = False
    if form.validate():
        unit = fetch(Unit, form.unit_id.data, actor=actor(), may=Permission.MEMBER_EDIT)
        try:
            with transaction():
                person = actions.add_person(
                    actor(),
                    unit=unit,
                    name=form.name.data or "",
                    status=form.status.data,
                    sex=form.sex.data,
                    ethnic=form.ethnic.data or "",
                    born=form.born.data,
                    identity=form.identity.data or "",
                    phone=form.phone.data or "",
                    email=form.email.data or "",
                    joined=form.joined.data,
                    confirmed=form.confirmed.data,
                    form_key=(form.form_key.data or secrets.token_urlsafe(16))[:64],
                )
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(_("%(name)s is entered", name=person.name), "ok")
            return redirect(url_for("members.show", person_id=person.id), 303)
    return render_template("members/add.html", form=form, line=_line()), 422


@blueprint.get("/members/<int:person_id>/change")
@requires(Permission.MEMBER_EDIT)
def change(person_id: int) -> str:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    return change_page(person)


def change_page(
    person: Person,
    *,
    contact: ContactForm | None = None,
) -> str:
    """Everything that may be changed about a person, one small form each."""
    card = queries.person_card(person)
    living = next(iter(card.living), None)
    end, move, status, post = EndForm(None), MoveMemberForm(None), StatusForm(None), PostForm(None)
    if living is not None:
        line = living.kind
        end.offer()
        status.offer(line)
        status.status.data = living.status
        end.on.data = move.on.data = post.since.data = today()
        units = choices(actor(), Permission.MEMBER_EDIT)
        move.unit_id.choices = [
            (unit_id, "　" * depth + name) for unit_id, name, depth in units if unit_id != living.unit_id
        ]
        post.offer(_post_units(person), line)
        for form in (end, move, status):
            form.membership_id.data = str(living.id)
    return render_template(
        "members/change.html",
        person=person,
        card=card,
        living=living,
        contact=contact or ContactForm(None, data={"email": person.email or ""}),
        end=end,
        move=move,
        status=status,
        post=post,
        phone=show_phone(keys(), person.phone_sealed),
    )


def _post_units(person: Person) -> list[tuple[int, str]]:
    """The units in which the person may hold an office: the own ones and all above, as far as the actor reaches."""
    steps = {step for _unit, path in homes_of(person) for step in ids_of(path)}
    return [
        (unit_id, name) for unit_id, name, _d in choices(actor(), Permission.MEMBER_EDIT) if unit_id in steps
    ]


@blueprint.post("/members/<int:person_id>/contact")
@requires(Permission.MEMBER_EDIT)
def contact(person_id: int) -> Response | tuple[str, int]:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    form = ContactForm()
    if form.validate():
        homes = homes_of(person)
        phone = form.phone.data or None
        try:
            with transaction():
                changed = actions.change_contact(
                    actor(),
                    person,
                    phone="" if request.form.get("remove_phone") else phone,
                    email=form.email.data or "",
                    identity=form.identity.data or "",
                    unit_id=homes[0][0] if homes else None,
                )
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(_("Changed") if changed else _("Nothing was different"), "ok")
            return redirect(url_for("members.show", person_id=person.id), 303)
    return change_page(person, contact=form), 422
