"""The page on which everything about a person may be changed, one small form each."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.members.forms import (
    ContactForm,
    CorrectForm,
    EndForm,
    MoveMemberForm,
    PostForm,
    RegisterForm,
    RelationForm,
    StatusForm,
)
from services.web.members.views.listing import number_in
from services.web.members.views.person import blueprint, homes_of
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Invalid
from shared.i18n import _
from shared.members import actions, queries
from shared.members.models import Membership, Person
from shared.members.numbers import show_identity, show_phone
from shared.members.registry import REGISTRY
from shared.members.relations import BY_HAND
from shared.organisations.queries import choices, ids_of
from shared.tenants.queries import keys


@blueprint.get("/members/<int:person_id>/change")
@requires(Permission.MEMBER_EDIT)
def change(person_id: int) -> str:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    return change_page(person)


def change_page(
    person: Person,
    *,
    contact: ContactForm | None = None,
    correct: CorrectForm | None = None,
    register: RegisterForm | None = None,
) -> str:
    """Everything that may be changed about a person; of somebody with two memberships, one of them at a time."""
    card = queries.person_card(person)
    living = card.living_in(number_in(request.values, "membership_id"))
    opened = keys()
    return render_template(
        "members/change.html",
        person=person,
        card=card,
        living=living,
        contact=contact or ContactForm(None, data={"email": person.email or ""}),
        correct=correct or _correct_form(person),
        register=register or _register_form(person, living),
        phone=show_phone(opened, person.phone_sealed),
        identity=show_identity(opened, person.identity_sealed),
        **_membership_forms(person, living),
    )


def _membership_forms(person: Person, living: queries.MembershipRow | None) -> dict[str, Any]:
    end, move, status, post = EndForm(None), MoveMemberForm(None), StatusForm(None), PostForm(None)
    relation = RelationForm(None)
    if living is not None:
        end.offer(living.kind)
        status.offer(living.kind)
        relation.offer()
        status.status.data = living.status
        relation.relation.data = living.relation if living.relation in BY_HAND else "registered"
        end.on.data = move.on.data = post.since.data = relation.on.data = today()
        units = choices(actor(), Permission.MEMBER_EDIT)
        move.unit_id.choices = [
            (unit_id, "　" * depth + name) for unit_id, name, depth in units if unit_id != living.unit_id
        ]
        post.offer(_post_units(person), living.kind)
        for form in (end, move, status, relation):
            form.membership_id.data = str(living.id)
    return {"end": end, "move": move, "status": status, "post": post, "relation": relation}


def _correct_form(person: Person) -> CorrectForm:
    form = CorrectForm(
        None,
        data={
            "name": person.name,
            "sex": person.sex or "",
            "born": person.born,
            "ethnic": person.ethnic or "",
        },
    )
    form.offer()
    return form


def _register_form(person: Person, living: queries.MembershipRow | None) -> RegisterForm:
    known = {column: getattr(person, column) or "" for column in REGISTRY}
    form = RegisterForm(
        None,
        data={
            **known,
            "job_title": person.job_title or "",
            "card_number": living.card_number if living else "",
        },
    )
    form.offer_register()
    return form


def _post_units(person: Person) -> list[tuple[int, str]]:
    """The units in which the person may hold an office: the own ones and all above, as far as the actor reaches."""
    steps = {step for _unit, path in homes_of(person) for step in ids_of(path)}
    return [
        (unit_id, name) for unit_id, name, _d in choices(actor(), Permission.MEMBER_EDIT) if unit_id in steps
    ]


def _home(person: Person) -> int | None:
    homes = homes_of(person)
    return homes[0][0] if homes else None


def _said(person: Person, changed: object) -> Response:
    flash(_("Changed") if changed else _("Nothing was different"), "ok")
    return redirect(url_for("members.show", person_id=person.id), 303)


@blueprint.post("/members/<int:person_id>/contact")
@requires(Permission.MEMBER_EDIT)
def contact(person_id: int) -> Response | tuple[str, int]:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    form = ContactForm()
    if form.validate():
        phone = form.phone.data or None
        try:
            with transaction():
                changed = actions.change_contact(
                    actor(),
                    person,
                    phone="" if request.form.get("remove_phone") else phone,
                    email=form.email.data or "",
                    identity=form.identity.data or "",
                    unit_id=_home(person),
                )
        except Invalid as problem:
            db.session.rollback()
            show_problem(form, problem)
        else:
            return _said(person, changed)
    return change_page(person, contact=form), 422


@blueprint.post("/members/<int:person_id>/correct")
@requires(Permission.MEMBER_EDIT)
def correct(person_id: int) -> Response | tuple[str, int]:
    """Name, sex, birthday, ethnic group, identity number: put right with a reason."""
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
    form = CorrectForm()
    form.offer()
    if form.validate():
        try:
            with transaction():
                changed = actions.correct_person(
                    actor(),
                    person,
                    name=form.name.data or "",
                    sex=form.sex.data or None,
                    born=form.born.data,
                    ethnic=form.ethnic.data or "",
                    identity=form.identity.data or "",
                    reason=form.reason.data or "",
                    unit_id=_home(person),
                )
        except Invalid as problem:
            db.session.rollback()
            show_problem(form, problem)
        else:
            return _said(person, changed)
    return change_page(person, correct=form), 422


@blueprint.post("/members/<int:person_id>/register")
@requires(Permission.MEMBER_EDIT)
def register(person_id: int) -> Response | tuple[str, int]:
    """The columns of the real-name register, and the card number of the membership that the form names."""
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
    form = RegisterForm()
    form.offer_register()
    if form.validate():
        key = number_in(request.form, "membership_id")
        try:
            with transaction():
                cards = []
                if key is not None:
                    membership = fetch(Membership, key, actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
                    cards = [(membership, form.card_number.data or "")]
                changed = actions.change_register(
                    actor(), person, register=form.register(), cards=cards, unit_id=_home(person)
                )
        except Invalid as problem:
            db.session.rollback()
            show_problem(form, problem)
        else:
            return _said(person, changed)
    return change_page(person, register=form), 422
