"""Writing a circular: a draft, its changes, its deletion."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.circulars.forms import CircularForm
from services.web.circulars.views.routes import SEND, blueprint, said
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.files import accepted
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.circulars.actions import change_circular, delete_draft, make_circular
from shared.circulars.models import Circular
from shared.circulars.queries import files_of
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.files.accepting import LARGEST
from shared.i18n import _
from shared.organisations.models import Unit
from shared.organisations.queries.tree import choices


def _page(form: CircularForm, circular: Circular | None, status: int = 200) -> tuple[str, int]:
    files = files_of(circular.id) if circular is not None else []
    form.offer(choices(actor(), SEND) if circular is None else [], files)
    return (
        render_template("circulars/edit.html", form=form, circular=circular, files=files, largest=LARGEST),
        status,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(SEND)
@limiter.limit("240 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """Kept as a draft; whom it goes to is chosen next, with the number before anything leaves."""
    if request.method == "GET":
        return _page(CircularForm(formdata=None, form_key=secrets.token_hex(12)), None)
    form = CircularForm()
    form.offer([], [])
    if not form.validate() or not form.form_key.data:
        return _page(form, None, 422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=SEND)
    try:
        files = accepted(request.files.getlist("files"))
        with transaction():
            circular, _fresh = make_circular(
                actor(), unit=unit, words=form.words(), form_key=form.form_key.data[:64], files=files
            )
            circular_id, state = circular.id, circular.state
    except Invalid as problem:
        db.session.rollback()
        show_problem(form, problem)
        return _page(form, None, 422)
    page = "circulars.send" if state == "draft" else "circulars.receipts"
    return redirect(url_for(page, circular_id=circular_id), 303)


@blueprint.route("/<int:circular_id>/edit", methods=["GET", "POST"])
@requires(SEND)
@limiter.limit("240 per hour", methods=["POST"])
def edit(circular_id: int) -> Response | tuple[str, int]:
    """Another text, more or fewer files, while it is a draft."""
    sending = request.method == "POST"
    circular = fetch(Circular, circular_id, actor=actor(), may=SEND, lock=sending)
    if circular.state != "draft":
        flash(_("The circular has been sent; its text stays as it is."), "due")
        return redirect(url_for("circulars.receipts", circular_id=circular_id), 303)
    if not sending:
        return _page(
            CircularForm(
                formdata=None,
                version=str(circular.version),
                title=circular.title,
                body=circular.body,
                due_on=circular.due_on,
                reply=circular.reply,
                choices="\n".join(circular.choices),
            ),
            circular,
        )
    form = CircularForm()
    form.offer([], [])
    if not form.validate():
        return _page(form, circular, 422)
    try:
        files = accepted(request.files.getlist("files"))
        with transaction():
            change_circular(
                actor(),
                circular=circular,
                words=form.words(),
                version=person_key(form.version.data) or 0,
                files=files,
                drop=[key for key in form.drop.data or [] if key is not None],
            )
    except Invalid as problem:
        show_problem(form, problem)
        circular = fetch(Circular, circular_id, actor=actor(), may=SEND)
        return _page(form, circular, 422)
    except Conflict as problem:
        flash(str(problem), "due")
        circular = fetch(Circular, circular_id, actor=actor(), may=SEND)
        form.version.data = str(circular.version)
        return _page(form, circular, 409)
    flash(_("Saved."), "ok")
    return redirect(url_for("circulars.send", circular_id=circular_id), 303)


@blueprint.post("/<int:circular_id>/delete")
@requires(SEND)
def delete(circular_id: int) -> Response:
    circular = fetch(Circular, circular_id, actor=actor(), may=SEND, lock=True)
    try:
        with transaction():
            delete_draft(actor(), circular=circular)
    except Conflict as problem:
        said(problem)
        return redirect(url_for("circulars.receipts", circular_id=circular_id), 303)
    flash(_("Deleted."), "ok")
    return redirect(url_for("circulars.sent"), 303)
