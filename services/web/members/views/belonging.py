"""Memberships and offices: begun, carried over, ended."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.members.forms import (
    EndForm,
    MoveMemberForm,
    PostForm,
    RelationForm,
    StatusForm,
    first_error,
)
from services.web.members.views.person import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.members import actions
from shared.members.models import Membership, Person, Post
from shared.organisations.models import Unit
from shared.reminders.actions.handover import hand_on


def _membership(person: Person) -> Membership:
    """The person's membership that the form names, in the actor's reach."""
    wanted = request.form.get("membership_id", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        raise Invalid(_("The form does not say which membership. Open the page again."))
    found = fetch(Membership, int(wanted), actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
    if found.person_id != person.id:
        raise NotFound(_("There is no such membership."))
    return found


def _not_leaving(membership: Membership) -> None:
    """Whose transfer is on its way waits for its answer, or it is withdrawn."""
    if membership.relation == "leaving":
        raise Conflict(_("A transfer is on its way; withdraw it first."))


def _refused(person: Person, text: str) -> Response:
    db.session.rollback()
    flash({"title": _("Not done"), "text": text}, "late")  # type: ignore[arg-type]
    return redirect(url_for("members.change", person_id=person.id), 303)


@blueprint.post("/members/<int:person_id>/membership/end")
@requires(Permission.MEMBER_EDIT)
def end_membership(person_id: int) -> Response:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    membership = _membership(person)
    form = EndForm()
    form.offer(membership.kind)
    if not form.validate():
        return _refused(person, first_error(form))
    try:
        _not_leaving(membership)
        with transaction():
            actions.end_membership(actor(), membership, on=form.on.data or today(), reason=form.reason.data)
    except Invalid as problem:
        show_problem(form, problem)
        return _refused(person, first_error(form))
    flash(_("%(name)s belongs to the unit no longer", name=person.name), "ok")
    return redirect(url_for("members.index", unit_id=membership.unit_id), 303)


@blueprint.post("/members/<int:person_id>/membership/move")
@requires(Permission.MEMBER_EDIT)
def move(person_id: int) -> Response:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    form = MoveMemberForm()
    form.unit_id.choices = []
    form.unit_id.validate_choice = False
    membership = _membership(person)
    if not form.validate():
        return _refused(person, first_error(form))
    to = fetch(Unit, form.unit_id.data, actor=actor(), may=Permission.MEMBER_EDIT)
    try:
        _not_leaving(membership)
        with transaction():
            actions.move_member(actor(), membership, to=to, on=form.on.data or today())
    except Invalid as problem:
        show_problem(form, problem)
        return _refused(person, first_error(form))
    flash(_("%(name)s now belongs to %(unit)s", name=person.name, unit=to.name), "ok")
    return redirect(url_for("members.show", person_id=person.id), 303)


@blueprint.post("/members/<int:person_id>/membership/status")
@requires(Permission.MEMBER_EDIT)
def change_status(person_id: int) -> Response:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    membership = _membership(person)
    form = StatusForm()
    form.offer(membership.kind)
    if not form.validate():
        return _refused(person, first_error(form))
    try:
        with transaction():
            changed = actions.change_status(
                actor(), membership, status=form.status.data, confirmed=form.confirmed.data
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _refused(person, first_error(form))
    flash(_("Changed") if changed else _("Nothing was different"), "ok")
    return redirect(url_for("members.show", person_id=person.id), 303)


@blueprint.post("/members/<int:person_id>/membership/relation")
@requires(Permission.MEMBER_EDIT)
def change_relation(person_id: int) -> Response:
    """Where the relationship stands, with the day and the reason: lost contact, reported, in order again."""
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    membership = _membership(person)
    form = RelationForm()
    form.offer()
    if not form.validate():
        return _refused(person, first_error(form))
    try:
        with transaction():
            changed = actions.change_relation(
                actor(),
                membership,
                relation=form.relation.data,
                on=form.on.data or today(),
                reason=form.reason.data or "",
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _refused(person, first_error(form))
    flash(_("Changed") if changed else _("Nothing was different"), "ok")
    return redirect(url_for("members.show", person_id=person.id), 303)


@blueprint.post("/members/<int:person_id>/posts")
@requires(Permission.MEMBER_EDIT)
def give_post(person_id: int) -> Response:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    form = PostForm()
    form.offer([], "party")
    form.unit_id.validate_choice = form.code.validate_choice = False
    if not form.validate():
        return _refused(person, first_error(form))
    unit = fetch(Unit, form.unit_id.data, actor=actor(), may=Permission.MEMBER_EDIT)
    try:
        with transaction():
            given = actions.give_post(
                actor(),
                person,
                unit=unit,
                code=form.code.data,
                basis=form.basis.data,
                since=form.since.data or today(),
            )
            hand_on(actor(), post=given)
    except Invalid as problem:
        show_problem(form, problem)
        return _refused(person, first_error(form))
    flash(_("The office is entered"), "ok")
    return redirect(url_for("members.show", person_id=person.id), 303)


@blueprint.post("/members/<int:person_id>/posts/end")
@requires(Permission.MEMBER_EDIT)
def end_post(person_id: int) -> Response:
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_EDIT)
    wanted = request.form.get("post_id", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        raise Invalid(_("The form does not say which office. Open the page again."))
    post = fetch(Post, int(wanted), actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
    if post.person_id != person.id:
        raise NotFound(_("There is no such office."))
    with transaction():
        actions.end_post(actor(), post, on=today())
    flash(_("The office is ended as of today"), "ok")
    return redirect(url_for("members.show", person_id=person.id), 303)
