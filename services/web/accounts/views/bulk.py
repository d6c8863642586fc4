"""Inviting: everybody of a filter by mail or on slips, or one person. The number is said before and after."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from segno import make
from werkzeug.wrappers import Response

from services.web import edge
from services.web.accounts.views.people import carried, chosen_filter
from services.web.accounts.views.routes import blueprint
from services.web.fields import Form
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.accounts.actions.invitations import MOST_SLIPS, Slip, invite, make_slips
from shared.accounts.jobs import INVITE, post_soon
from shared.accounts.queries.people import AccountFilter, account_of, invitation_counts, people_ids
from shared.db import after_commit, transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.jobs import enqueue
from shared.members.models import Person
from shared.settings import settings


@blueprint.get("/accounts/invite")
@edge.requires(Permission.ACCOUNT_GRANT)
def invite_page() -> str:
    """Whom the button reaches, before it is pressed."""
    chosen = chosen_filter()
    by_mail, by_slip = invitation_counts(chosen)
    return render_template(
        "accounts/invite.html",
        by_mail=by_mail,
        by_slip=by_slip,
        most=MOST_SLIPS,
        values={key: request.args.get(key, "") for key in ("unit_id", "post", "state", "q")},
        form_key=secrets.token_hex(12),
        back="?" + carried(),
    )


def _form_key() -> str:
    key = request.form.get("form_key", "")
    if not Form().validate_on_submit() or not 8 <= len(key) <= 64:
        raise Invalid(_("The form could not be read."))
    return key


def _without_name(chosen: AccountFilter) -> AccountFilter:
    """A job's arguments hold keys, never a name that was looked for."""
    if not chosen.term:
        return chosen
    return AccountFilter(state=chosen.state, person_ids=tuple(people_ids(chosen)))


@blueprint.post("/accounts/invite")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def invite_by_mail() -> Response:
    key = _form_key()
    chosen = chosen_filter()
    by_mail, by_slip = invitation_counts(chosen)
    if not by_mail:
        raise Conflict(_("Nobody of this list has a mail address and no account yet."))
    with transaction():
        job = enqueue(
            edge.actor(),
            INVITE,
            args={"filter": _without_name(chosen).as_args(), "slips": by_slip},
            subject=_("%(n)s people", n=by_mail),
            form_key=key,
        )
    flash(
        {  # type: ignore[arg-type]
            "title": _("Inviting %(n)s people by mail", n=by_mail),
            "text": _("%(n)s without a mail address get a slip.", n=by_slip) if by_slip else "",
            "address": url_for("jobs.show", job_id=job.id),
            "word": _("See progress"),
        },
        "run",
    )
    return redirect(url_for("accounts.index") + "?" + carried(), 303)


@blueprint.post("/accounts/slips")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def print_slips() -> str:
    """The slips themselves: their secrets exist in this one answer, so it is no redirect.

    Sent twice, the second is refused and the first sheet stays good.
    """
    key = _form_key()
    chosen = chosen_filter()
    try:
        with transaction():
            slips = make_slips(edge.actor(), chosen=chosen, form_key=key)
    except Conflict as conflict:
        raise Conflict(_("These slips have been made already. Start again to make new ones.")) from conflict
    if not slips:
        raise Conflict(_("Nobody of this list is without a mail address and an account."))
    _mail, left = invitation_counts(chosen)
    return _sheet(slips, left=left if chosen.state == "none" else 0)


@blueprint.post("/accounts/people/<int:person_id>/invite")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def invite_one(person_id: int) -> Response:
    person = fetch(Person, person_id, actor=edge.actor(), may=Permission.ACCOUNT_GRANT)
    key = _form_key()
    with transaction():
        token, _secret = invite(edge.actor(), person_id=person.id, by_mail=True, form_key=key)
        after_commit(post_soon(token.id))
    flash(_("The invitation is on its way."), "ok")
    return redirect(url_for("accounts.show", person_id=person_id), 303)


@blueprint.post("/accounts/people/<int:person_id>/slip")
@edge.requires(Permission.ACCOUNT_GRANT, fresh=True)
def slip_one(person_id: int) -> str:
    """One slip; for somebody who has a place, taking the new one ends the old."""
    person = fetch(Person, person_id, actor=edge.actor(), may=Permission.ACCOUNT_GRANT)
    key = _form_key()
    row = account_of(person.id)
    replace = row is not None and row.state == "seated"
    try:
        with transaction():
            token, secret = invite(
                edge.actor(), person_id=person.id, by_mail=False, form_key=key, replace=replace
            )
    except Conflict as conflict:
        raise Conflict(_("These slips have been made already. Start again to make new ones.")) from conflict
    unit = row.unit_names[0] if row and row.unit_names else ""
    return _sheet([Slip(person.name, unit, token.identifier, secret, token.expires_at)], left=0)


def _sheet(slips: list[Slip], *, left: int) -> str:
    drawn = [
        (slip, _address(slip), make(_address(slip), error="m").svg_data_uri(scale=4, border=2))
        for slip in slips
    ]
    return render_template("accounts/slips.html", slips=drawn, left=left)


def _address(slip: Slip) -> str:
    return f"{settings().base_url}/invitation/{slip.secret}"
