"""Signing in and out, the password once more, a lost password, the language."""

from flask import flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from services.web import edge
from services.web.accounts.forms import ConfirmForm, ForgotForm, SignInForm
from services.web.accounts.views.proof import Proven, prove, within
from services.web.accounts.views.routes import blueprint
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.accounts.actions.links import add_link
from shared.accounts.actions.own import choose_language, sign_out_everywhere
from shared.accounts.actions.signing_in import normal
from shared.accounts.jobs import post_soon
from shared.accounts.queries import SeatChoice, login_by_key, own_seats
from shared.clock import now
from shared.db import after_commit, db, transaction
from shared.errors import Invalid, Problem, TooMany
from shared.i18n import LOCALES, _, current_locale
from shared.tenancy import as_login, platform

#: A whole office may sit behind one address.
PER_ADDRESS = "30 per minute; 300 per hour"


@blueprint.get("/login")
@edge.requires(None)
def sign_in_page() -> str | Response:
    if g.actor is not None:
        return redirect(within(request.args.get("next")), 303)
    return render_template(
        "accounts/sign_in.html", form=SignInForm(formdata=None, next=request.args.get("next"))
    )


@blueprint.post("/login")
@edge.requires(None)
@limiter.limit(PER_ADDRESS)
def sign_in() -> str | Response | tuple[str, int]:
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422
    edge.leave_tenant()
    try:
        proven = prove(form.identifier.data or "", form.password.data or "")
    except (Invalid, TooMany) as problem:
        form.form_errors.append(str(problem))
        return render_template("accounts/sign_in.html", form=form), problem.status
    return go_in(proven, form.next.data)


def go_in(proven: Proven, address: str | None = None) -> Response:
    """Begin the session: in the only place there is, or where one is chosen; the operator among the tenants."""
    with as_login(login_id=proven.login_id):
        places = own_seats()
        db.session.rollback()
    only = places[0].tenant_id if len(places) == 1 and not proven.operator else None
    begin(proven, tenant_id=only, places=places)
    if only is not None:
        return redirect(within(address), 303)
    if places:
        return redirect(url_for("accounts.seats_page", next=within(address)), 303)
    return redirect(url_for("tenants.index" if proven.operator else "accounts.seats_page"), 303)


def begin(proven: Proven, *, tenant_id: int | None, places: list[SeatChoice]) -> None:
    edge.sign_in(proven.login_id, proven.epoch, tenant_id=tenant_id, locale=proven.locale)
    session["places"] = len(places) + int(proven.operator)


@blueprint.post("/sign-out")
@edge.requires(None)
def sign_out() -> Response:
    locale = session.get("locale")
    session.clear()
    session["locale"] = locale
    return redirect(url_for("accounts.sign_in_page"), 303)


@blueprint.post("/sign-out-everywhere")
@edge.requires(None)
def end_all_sessions() -> Response:
    actor = edge.actor()
    with transaction():
        sign_out_everywhere(actor)
    locale = session.get("locale")
    session.clear()
    session["locale"] = locale
    flash(_("Signed out on every device."), "ok")
    return redirect(url_for("accounts.sign_in_page"), 303)


@blueprint.get("/confirm")
@edge.requires(None)
def confirm_page() -> str:
    edge.actor()
    form = ConfirmForm(formdata=None, next=within(request.args.get("next")))
    return render_template("accounts/confirm.html", form=form)


@blueprint.post("/confirm")
@edge.requires(None)
@limiter.limit(PER_ADDRESS)
def confirm() -> str | Response | tuple[str, int]:
    """The password once more, for dangerous acts."""
    login_id = edge.actor().login_id or 0
    form = ConfirmForm()
    if not form.validate_on_submit():
        return render_template("accounts/confirm.html", form=form), 422
    login = login_by_key(login_id)
    try:
        prove(login.identifier if login else "", form.password.data or "")
    except (Invalid, TooMany) as problem:
        text = _("This is not the present password.") if isinstance(problem, Invalid) else str(problem)
        show_problem(form, Invalid(fields={"password": text}))
        return render_template("accounts/confirm.html", form=form), problem.status
    session["fresh_at"] = now().timestamp()
    return redirect(within(form.next.data), 303)


@blueprint.get("/forgot")
@edge.requires(None)
def forgot_page() -> str:
    return render_template("accounts/forgot.html", form=ForgotForm(formdata=None))


@blueprint.post("/forgot")
@edge.requires(None)
@limiter.limit("5 per minute; 20 per hour")
def forgot() -> str | Response | tuple[str, int]:
    """Always the same answer after the same work: whoever mails the link finds out whether there is such a login."""
    form = ForgotForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgot.html", form=form), 422
    edge.leave_tenant()
    with platform(), transaction():
        token, _secret = add_link(
            purpose="password",
            identifier=normal(form.identifier.data or ""),
            locale=current_locale(),
            by_mail=True,
        )
        after_commit(post_soon(token.id))
    flash(_("If this is the mail address of an account, a link is on its way there."), "ok")
    return redirect(url_for("accounts.sign_in_page"), 303)


@blueprint.post("/language")
@edge.requires(None)
def language() -> Response:
    locale = request.form.get("locale", "")
    if locale not in LOCALES:
        raise Problem(_("Choose a language."))
    session["locale"] = locale
    if g.actor is not None:
        with transaction():
            choose_language(g.actor, locale=locale)
    return redirect(within(request.form.get("next")), 303)
