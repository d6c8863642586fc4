"""The people of the tenant and their accounts: the list, one person, roles, seats."""

import secrets
from functools import partial
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web import edge
from services.web.accounts.forms import EndRoleForm, RoleForm
from services.web.accounts.views.routes import blueprint
from services.web.fields import Form, show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.access.roles import role_names
from shared.accounts.actions.links import add_link
from shared.accounts.actions.roles import end_role, give_role, withdraw_seat
from shared.accounts.jobs import post_soon
from shared.accounts.models import RoleGrant
from shared.accounts.queries import seat_login
from shared.accounts.queries.people import (
    MANY,
    PAGE,
    STATES,
    AccountFilter,
    account_of,
    account_page,
    state_counts,
)
from shared.audit import record
from shared.clock import today
from shared.db import after_commit, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.hanzi import fold
from shared.i18n import _
from shared.members.models import Person
from shared.members.posts import POSTS
from shared.organisations.models import Unit
from shared.organisations.queries import choices
from shared.tenancy import platform


def chosen_filter() -> AccountFilter:
    """The filter of the address or the form; a unit of a neighbour is not there."""
    given = request.values
    unit_id = given.get("unit_id", type=int)
    path = (
        fetch(Unit, unit_id, actor=edge.actor(), may=Permission.ACCOUNT_VIEW).path
        if unit_id is not None
        else ""
    )
    state = given.get("state", "none")
    post = given.get("post", "")
    return AccountFilter(
        unit_path=path,
        post=post if post in POSTS or post == "any" else "",
        state=state if state in STATES else "none",
        term=fold(given.get("q", "")[:40]),
    )


def carried(**changes: str) -> str:
    """The filter as the tail of an address."""
    values = {key: request.values.get(key, "") for key in ("unit_id", "post", "state", "q")} | changes
    return urlencode({key: value for key, value in values.items() if value})


@blueprint.get("/accounts")
@edge.requires(Permission.ACCOUNT_VIEW)
def index() -> str:
    """Who has no account yet stands first: it is the default."""
    chosen = chosen_filter()
    after = request.args.get("after", "")
    key, _sign, number = after.rpartition("~")
    known = number.isascii() and number.isdigit() and len(number) < 16
    rows = account_page(chosen, after=(key, int(number)) if known else None)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    following = carried(after=f"{rows[-1].name_key}~{rows[-1].person_id}") if more else None
    return render_template(
        "accounts/index.html",
        rows=rows,
        chosen=chosen,
        counts=state_counts(chosen),
        many=MANY,
        units=choices(edge.actor(), Permission.ACCOUNT_VIEW),
        posts=POSTS,
        role_words=role_names(edge.actor().tenant_kind),
        carried=carried,
        following=f"?{following}" if following else None,
        first=not after,
        may_grant=edge.actor().may(Permission.ACCOUNT_GRANT),
    )


@blueprint.get("/accounts/people/<int:person_id>")
@edge.requires(Permission.ACCOUNT_VIEW)
def show(person_id: int) -> str:
    fetch(Person, person_id, actor=edge.actor(), may=Permission.ACCOUNT_VIEW)
    return _card(person_id)


def _card(person_id: int, form: RoleForm | None = None) -> str:
    row = account_of(person_id)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    if form is None:
        form = RoleForm(formdata=None, since=today())
        form.offer(choices(edge.actor(), Permission.ACCOUNT_VIEW), tenant_kind=edge.actor().tenant_kind)
    return render_template(
        "accounts/show.html",
        row=row,
        form=form,
        end=EndRoleForm(formdata=None, on=today()),
        posts=POSTS,
        role_words=role_names(edge.actor().tenant_kind),
        may_grant=edge.actor().may(Permission.ACCOUNT_GRANT),
        form_key=partial(secrets.token_hex, 12),
    )


@blueprint.post("/accounts/people/<int:person_id>/roles")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def give(person_id: int) -> str | Response | tuple[str, int]:
    actor = edge.actor()
    person = fetch(Person, person_id, actor=actor, may=Permission.ACCOUNT_GRANT)
    # A unit of a neighbour is not there, whatever else the form says.
    asked = request.form.get("unit_id", type=int)
    unit = fetch(Unit, asked, actor=actor, may=Permission.ACCOUNT_GRANT) if asked is not None else None
    form = RoleForm()
    form.offer(choices(actor, Permission.ACCOUNT_VIEW), tenant_kind=actor.tenant_kind)
    if not form.validate_on_submit() or form.since.data is None:
        return _card(person_id, form), 422
    try:
        with transaction():
            give_role(
                actor,
                person_id=person.id,
                role=form.role.data,
                unit_id=unit.id if unit else None,
                since=form.since.data,
                until=form.until.data,
            )
    except (Invalid, Conflict) as problem:
        show_problem(form, Invalid(str(problem) if not problem.fields else "", fields=problem.fields))
        return _card(person_id, form), problem.status
    flash(_("Role given."), "ok")
    return redirect(url_for("accounts.show", person_id=person_id), 303)


@blueprint.post("/accounts/roles/<int:grant_id>/end")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def end(grant_id: int) -> Response:
    actor = edge.actor()
    grant = fetch(RoleGrant, grant_id, actor=actor, may=Permission.ACCOUNT_GRANT)
    form = EndRoleForm()
    if not form.validate_on_submit() or form.on.data is None:
        raise Invalid(_("Give the last day of the role."))
    with transaction():
        held = fetch(RoleGrant, grant_id, actor=actor, may=Permission.ACCOUNT_GRANT, lock=True)
        end_role(actor, grant=held, on=form.on.data)
    flash(_("The role ends."), "ok")
    return redirect(url_for("accounts.show", person_id=grant.person_id), 303)


@blueprint.post("/accounts/people/<int:person_id>/withdraw")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def withdraw(person_id: int) -> Response:
    """End the place here. The login stays its owner's, and so do their places elsewhere."""
    actor = edge.actor()
    person = fetch(Person, person_id, actor=actor, may=Permission.ACCOUNT_GRANT)
    _checked()
    with transaction():
        withdraw_seat(actor, person_id=person.id)
    flash(_("The account has no place here any more, from the next click on."), "ok")
    return redirect(url_for("accounts.show", person_id=person_id), 303)


@blueprint.post("/accounts/people/<int:person_id>/password")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def send_password(person_id: int) -> Response:
    """Have a link for a new password mailed to the login's own address, which nobody here learns.

    The answer is the same whether the login has an address or not.
    """
    actor = edge.actor()
    person = fetch(Person, person_id, actor=actor, may=Permission.ACCOUNT_GRANT)
    _checked()
    with transaction():
        login_id = seat_login(person.id)
        if login_id is None:
            raise Conflict(_("This person has no account here; invite them instead."))
        record(actor, verb="account.send_password", object_type="person", object_id=person_id)
        locale = person.locale
    with platform(), transaction():
        token, _secret = add_link(purpose="password", login_id=login_id, locale=locale, by_mail=True)
        after_commit(post_soon(token.id))
    flash(
        {  # type: ignore[arg-type]
            "title": _("If the account has a mail address, a link is on its way there."),
            "text": _("Somebody without a mail address gets a new slip instead."),
        },
        "ok",
    )
    return redirect(url_for("accounts.show", person_id=person_id), 303)


def _checked() -> None:
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
