"""One's own account: name, language, password, address, sessions, roles."""

from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from services.web import edge
from services.web.accounts.forms import ChangePasswordForm, IdentifierForm
from services.web.accounts.views.routes import blueprint
from services.web.errors import StaleSession
from services.web.fields import show_problem
from shared.access.roles import role_names
from shared.accounts.actions.links import add_link, revoke
from shared.accounts.actions.own import change_password
from shared.accounts.actions.signing_in import knock, let_in, normal
from shared.accounts.jobs import post_soon
from shared.accounts.models import Token
from shared.accounts.queries import login_by_key
from shared.accounts.queries.grants import grants_of
from shared.clock import now
from shared.db import after_commit, db, transaction
from shared.errors import Invalid, NotFound, TooMany
from shared.i18n import NAMES, _, current_locale
from shared.tenancy import platform


def _page(password: ChangePasswordForm | None = None, address: IdentifierForm | None = None) -> str:
    actor = edge.actor()
    login = login_by_key(actor.login_id or 0)
    if login is None:
        raise NotFound(_("There is nothing at this address."))
    roles = [grant for grant, _person in grants_of([actor.person_id])] if actor.person_id else []
    return render_template(
        "accounts/own.html",
        login=login,
        roles=roles,
        role_words=role_names(edge.actor().tenant_kind),
        names=NAMES,
        seated=actor.tenant_id is not None,
        password=password or ChangePasswordForm(formdata=None),
        address=address or IdentifierForm(formdata=None),
    )


@blueprint.get("/account")
@edge.requires(None)
def own() -> str:
    return _page()


@blueprint.post("/account/password")
@edge.requires(None)
def own_password() -> str | Response | tuple[str, int]:
    """The present password is guessed at here as little as at the door."""
    actor = edge.actor()
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _page(password=form), 422
    login = login_by_key(actor.login_id or 0)
    identifier = login.identifier if login else ""
    db.session.rollback()
    try:
        with platform(), transaction():
            knock(identifier=identifier)
        with transaction():
            epoch = change_password(actor, old=form.old.data or "", new=form.new.data or "")
    except Invalid as problem:
        if "old" not in problem.fields:
            _good(identifier)
        show_problem(form, Invalid(fields=problem.fields))
        return _page(password=form), 422
    except TooMany as problem:
        form.form_errors.append(str(problem))
        return _page(password=form), problem.status
    _good(identifier)
    session.update(epoch=epoch, fresh_at=now().timestamp())
    flash(_("The password is changed; other devices are signed out."), "ok")
    return redirect(url_for("accounts.own"), 303)


def _good(identifier: str) -> None:
    """The present password was right, whatever the new one was."""
    db.session.rollback()
    with platform(), transaction():
        let_in(identifier=identifier)


@blueprint.post("/account/address")
@edge.requires(None)
def own_address() -> str | Response | tuple[str, int]:
    """Ask for another mail address as identifier; it counts once the link mailed there is opened."""
    actor = edge.actor()
    if not edge.is_fresh():
        raise StaleSession
    form = IdentifierForm()
    if not form.validate_on_submit():
        return _page(address=form), 422
    address = normal(form.address.data or "")
    local, _at, domain = address.partition("@")
    if not local or "." not in domain or len(address.split()) != 1:
        show_problem(form, Invalid(fields={"address": _("This is not a mail address.")}))
        return _page(address=form), 422
    db.session.rollback()
    with platform(), transaction():
        revoke(Token.purpose == "address", Token.login_id == actor.login_id)
        token, _secret = add_link(
            purpose="address",
            identifier=address,
            login_id=actor.login_id,
            locale=current_locale(),
            by_mail=True,
        )
        after_commit(post_soon(token.id))
    flash(
        _("A link is on its way to %(address)s; the account changes when it is opened.", address=address),
        "ok",
    )
    return redirect(url_for("accounts.own"), 303)
