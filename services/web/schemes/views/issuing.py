"""A sheet is tried on a past year, issued, retired, thrown away."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.assessments.forms import year_of
from services.web.edge import actor, requires
from services.web.limits import limiter
from services.web.schemes import words
from services.web.schemes.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.schemes import discard_draft, issue_scheme, retire_scheme, try_scheme
from shared.assessments.models import Scheme
from shared.clock import today
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _


@blueprint.get("/<int:scheme_id>/trial")
@requires(Permission.SCHEME_EDIT)
@limiter.limit("120 per hour")
def trial(scheme_id: int) -> str:
    """What the sheet would have come to in a past year; nothing of it is kept."""
    scheme = fetch(Scheme, scheme_id, actor=actor(), may=Permission.SCHEME_EDIT)
    year = year_of(request.args.get("year") or str(today().year - 1))
    done = try_scheme(actor(), scheme=scheme, year=year)
    return render_template(
        "schemes/trial.html",
        scheme=scheme,
        trial=done,
        year=year,
        years=[(each, _("Year %(year)s", year=each)) for each in range(today().year, today().year - 4, -1)],
        words=words,
    )


def _revision() -> int:
    return request.form.get("revision", 0, type=int)


@blueprint.post("/<int:scheme_id>/issue")
@requires(Permission.SCHEME_EDIT)
def issue(scheme_id: int) -> Response:
    """The draft stands from now on, in the place of what is named."""
    scheme = fetch(Scheme, scheme_id, actor=actor(), may=Permission.SCHEME_EDIT, lock=True)
    replace = request.form.getlist("replace", type=int)
    try:
        with transaction():
            issue_scheme(actor(), scheme=scheme, revision=_revision(), replace=replace)
    except (Invalid, Conflict) as problem:
        flash(str(problem), "late")
    else:
        flash(_("Issued. Scores are counted by it within a minute."), "ok")
    return redirect(url_for("schemes.show", scheme_id=scheme_id), 303)


@blueprint.post("/<int:scheme_id>/retire")
@requires(Permission.SCHEME_EDIT)
def retire(scheme_id: int) -> Response:
    """An issued sheet counts no more."""
    scheme = fetch(Scheme, scheme_id, actor=actor(), may=Permission.SCHEME_EDIT, lock=True)
    with transaction():
        retire_scheme(actor(), scheme=scheme)
    flash(_("Retired. Rounds that began with it keep it."), "ok")
    return redirect(url_for("schemes.show", scheme_id=scheme_id), 303)


@blueprint.post("/<int:scheme_id>/discard")
@requires(Permission.SCHEME_EDIT)
def discard(scheme_id: int) -> Response:
    """Throw a draft away."""
    scheme = fetch(Scheme, scheme_id, actor=actor(), may=Permission.SCHEME_EDIT, lock=True)
    with transaction():
        discard_draft(actor(), scheme=scheme)
    flash(_("Draft thrown away"), "ok")
    return redirect(url_for("schemes.index"), 303)
