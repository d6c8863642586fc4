"""One-time links: an invitation, a new password, another address. Opening one changes nothing; sending its form does.

The tenant is opened here by the link, and only once the link has been found good.
"""

from flask import flash, g, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from services.web import edge
from services.web.accounts.forms import NewPasswordForm, SignInForm
from services.web.accounts.views.door import begin
from services.web.accounts.views.proof import Proven, prove
from services.web.accounts.views.routes import blueprint
from services.web.fields import Form, show_problem
from services.web.limits import limiter
from shared.access.actor import SYSTEM, Actor
from shared.accounts.actions.invitations import create_login, take_first_seat, take_seat
from shared.accounts.actions.links import Link, account_number, look_up, use
from shared.accounts.actions.own import be_operator, check_new, replace_identifier, replace_password
from shared.accounts.queries import login_by_identifier, login_by_key, own_seats
from shared.accounts.queries.people import account_of
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound, TooMany
from shared.i18n import _, current_locale
from shared.jobs import enqueue
from shared.members.actions.outsiders import add_outsider
from shared.tenancy import as_login, platform
from shared.tenants.jobs import FOUND

#: Guessing 256 bits is hopeless; this only keeps the noise down.
PER_ADDRESS = "60 per minute; 600 per hour"


def _held(token: str) -> tuple[Link, Proven | None]:
    """The link, and who is signed in while it is opened. Closes whatever tenant the session had open."""
    signed_in = g.actor
    edge.leave_tenant()
    with platform():
        link = look_up(token)
        db.session.remove()
    if signed_in is None or signed_in.login_id is None:
        return link, None
    return link, Proven(signed_in.login_id, int(session["epoch"]), signed_in.locale, signed_in.operator)


def _known(identifier: str) -> bool:
    """Whether the identifier that the link fixes has a login; only whoever holds the link sees a difference."""
    with as_login(identifier=identifier):
        found = login_by_identifier(identifier) is not None
        db.session.remove()
    return found


def _page(
    token: str,
    link: Link,
    signed_in: Proven | None,
    *,
    new: NewPasswordForm | None = None,
    have: SignInForm | None = None,
) -> str:
    values = {
        "token": token,
        "link": link,
        "new": new or NewPasswordForm(formdata=None),
        "bare": Form(formdata=None),
        "signed_in": _identifier(signed_in.login_id) if signed_in else None,
    }
    if link.purpose in ("password", "address"):
        return render_template(f"accounts/link_{link.purpose}.html", **values)
    known = _known(link.identifier)
    default = SignInForm(formdata=None, identifier=link.identifier if known else None)
    return render_template(
        "accounts/invitation.html", known=known, have=have or default, person_name=_invited(link), **values
    )


def _identifier(login_id: int) -> str:
    with as_login(login_id=login_id):
        login = login_by_key(login_id)
        db.session.remove()
    return login.identifier if login else ""


def _invited(link: Link) -> str:
    """The name of the person the place is for."""
    if link.tenant_id is None or link.person_id is None:
        return str(link.detail.get("name", ""))
    edge.open_link(link.tenant_id)
    found = account_of(link.person_id)
    edge.leave_tenant()
    if found is None:
        raise NotFound(
            _("This link has been used, replaced or has expired. Ask whoever sent it for a new one.")
        )
    return found.name


@blueprint.get("/invitation/<token>")
@edge.requires(None)
@limiter.limit(PER_ADDRESS)
def link_page(token: str) -> str:
    return _page(token, *_held(token))


@blueprint.post("/invitation/<token>")
@edge.requires(None)
@limiter.limit(PER_ADDRESS)
def link_new(token: str) -> str | Response | tuple[str, int]:
    """A password chosen by whoever holds the link: for a new login, or for one whose password is lost."""
    link, signed_in = _held(token)
    form = NewPasswordForm()
    if link.purpose == "address":
        return _take_address(link)
    if not form.validate_on_submit():
        return _page(token, link, signed_in, new=form), 422
    try:
        if link.purpose == "password":
            return _take_password(link, form.new.data or "")
        return _take(link, _new_login(link, form.new.data or ""))
    except Invalid as problem:
        show_problem(form, Invalid(fields={"new": next(iter(problem.fields.values()), str(problem))}))
        return _page(token, link, signed_in, new=form), 422


@blueprint.post("/invitation/<token>/accept")
@edge.requires(None)
@limiter.limit(PER_ADDRESS)
def link_accept(token: str) -> str | Response | tuple[str, int]:
    """Take the place with a login one has: the one signed in, or the one whose password is given here."""
    link, signed_in = _held(token)
    if link.purpose in ("password", "address"):
        raise NotFound(_("There is nothing at this address."))
    form = SignInForm()
    if signed_in is not None and not form.identifier.data:
        # No password was given just now, so dangerous acts still ask for it.
        fresh_at = session.get("fresh_at", 0)
        answer = _take(link, signed_in)
        session["fresh_at"] = fresh_at
        return answer
    if not form.validate_on_submit():
        return _page(token, link, signed_in, have=form), 422
    try:
        proven = prove(form.identifier.data or "", form.password.data or "")
    except (Invalid, TooMany) as problem:
        form.form_errors.append(str(problem))
        return _page(token, link, signed_in, have=form), problem.status
    return _take(link, proven)


def _new_login(link: Link, password: str) -> Proven:
    """The login that the link fixes. An account number that somebody drew before us is drawn anew."""
    identifier = link.identifier
    while "@" not in identifier and _known(identifier):
        identifier = account_number()
    try:
        with as_login(identifier=identifier), transaction():
            login = create_login(identifier=identifier, password=password, locale=current_locale())
            proven = Proven(login.id, login.epoch, login.locale, login.operator)
    except Conflict as conflict:
        raise Conflict(
            _("There is an account of this name already. Sign in with it to accept.")
        ) from conflict
    if identifier != link.identifier:
        flash(_("Your account is %(number)s; note it down.", number=identifier), "due")
    return proven


def _take(link: Link, proven: Proven) -> Response:
    """Sit down and go in."""
    if link.purpose == "operator":
        return _take_office(link, proven)
    if link.tenant_id is None:
        raise NotFound(_("There is nothing at this address."))
    edge.open_link(link.tenant_id)
    with transaction():
        if link.purpose == "first_admin":
            _found_tenant(link, proven.login_id)
        else:
            take_seat(link=link, login_id=proven.login_id)
    edge.leave_tenant()
    with as_login(login_id=proven.login_id):
        places = own_seats()
        db.session.remove()
    begin(proven, tenant_id=link.tenant_id, places=places)
    flash(_("Welcome. You are signed in at %(tenant)s.", tenant=link.tenant_name), "ok")
    return redirect(url_for("today.home"), 303)


def _found_tenant(link: Link, login_id: int) -> None:
    """The first administrator: a person, a seat, the role, and the work that fills the tenant with rules and sheets."""
    person = add_outsider(
        SYSTEM,
        name=str(link.detail.get("name", "")),
        email=link.identifier if "@" in link.identifier else None,
    )
    take_first_seat(link=link, login_id=login_id, person_id=person.id)
    enqueue(Actor(name=person.name, person_id=person.id), FOUND, args={}, form_key=f"found-{link.tenant_id}")


def _take_office(link: Link, proven: Proven) -> Response:
    with platform(), transaction():
        use(link)
    with as_login(login_id=proven.login_id), transaction():
        be_operator(login_id=proven.login_id)
    begin(Proven(proven.login_id, proven.epoch, proven.locale, True), tenant_id=None, places=[])
    return redirect(url_for("tenants.index"), 303)


def _take_password(link: Link, password: str) -> Response:
    """The new password, then the link is spent; every session of the login ends."""
    login_id = link.login_id or 0
    with as_login(login_id=login_id):
        check_new(login_id=login_id, new=password)
        db.session.remove()
    with platform(), transaction():
        use(link)
    with as_login(login_id=login_id), transaction():
        replace_password(login_id=login_id, new=password)
    session.clear()
    flash(_("The password is changed; every device is signed out. Sign in with the new one."), "ok")
    return redirect(url_for("accounts.sign_in_page"), 303)


def _take_address(link: Link) -> Response:
    with platform(), transaction():
        use(link)
    try:
        with as_login(login_id=link.login_id), transaction():
            replace_identifier(login_id=link.login_id or 0, identifier=link.identifier)
    except Conflict as conflict:
        raise Conflict(_("This address cannot be used; choose another.")) from conflict
    flash(_("From now on you sign in with %(address)s.", address=link.identifier), "ok")
    return redirect(url_for("accounts.own" if session.get("login_id") else "accounts.sign_in_page"), 303)
