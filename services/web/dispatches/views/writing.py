"""Writing an official document: one form for a draft and for its changes."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dispatches.forms import DispatchForm
from services.web.dispatches.views.routes import DRAFT, blueprint, said, to_page
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.files import accepted
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.db import db, transaction
from shared.dispatches.actions import change_dispatch, delete_draft, make_dispatch, may_change
from shared.dispatches.kinds import KINDS
from shared.dispatches.models import Dispatch
from shared.dispatches.queries import files_of, open_dispatch
from shared.errors import Conflict, Forbidden, Invalid
from shared.files.accepting import LARGEST
from shared.i18n import _
from shared.organisations.models import Unit
from shared.organisations.queries.tree import choices


def _page(form: DispatchForm, dispatch: Dispatch | None, status: int = 200) -> tuple[str, int]:
    files = files_of(dispatch.id) if dispatch is not None else []
    form.offer(choices(actor(), DRAFT) if dispatch is None else [], files)
    return (
        render_template("dispatches/edit.html", form=form, dispatch=dispatch, files=files, largest=LARGEST),
        status,
    )


def _asked(form_value: str | None) -> tuple[Dispatch, Unit] | None:
    """The document that the new one is to answer."""
    key = person_key(form_value)
    return open_dispatch(actor(), key) if key is not None else None


@blueprint.route("/dispatches/new", methods=["GET", "POST"])
@requires(DRAFT)
@limiter.limit("240 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """Kept as a draft; who reviews and signs it is chosen next."""
    if request.method == "GET":
        kind = request.args.get("kind", "")
        form = DispatchForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            kind=kind if kind in KINDS else "notice",
        )
        asked = _asked(request.args.get("reply_to"))
        if asked is not None:
            dispatch, unit = asked
            form.reply_to.data, form.addressees.data = str(dispatch.id), unit.name
            form.kind.data = "letter" if dispatch.kind == "letter" else "answer"
            form.title.data = _("Reply to “%(title)s”", title=dispatch.title)
            form.unit_id.data = unit.parent_id
        return _page(form, None)
    form = DispatchForm()
    form.offer([], [])
    if not form.validate() or not form.form_key.data:
        return _page(form, None, 422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=DRAFT)
    asked = _asked(form.reply_to.data)
    try:
        files = accepted(request.files.getlist("files"))
        with transaction():
            made, _fresh = make_dispatch(
                actor(),
                unit=unit,
                words=form.words(),
                form_key=form.form_key.data[:64],
                files=files,
                reply_to=asked[0] if asked is not None else None,
            )
            dispatch_id, state = made.id, made.state
    except Invalid as problem:
        db.session.rollback()
        show_problem(form, problem)
        return _page(form, None, 422)
    if state != "draft":
        return to_page(dispatch_id)
    return redirect(url_for("dispatches.hand_over", dispatch_id=dispatch_id), 303)


def _kept(dispatch: Dispatch) -> DispatchForm:
    return DispatchForm(
        formdata=None,
        revision=str(dispatch.revision),
        **{
            name: getattr(dispatch, name)
            for name in (
                "kind",
                "form",
                "urgency",
                "title",
                "body",
                "addressees",
                "copies",
                "enclosures",
                "annotation",
            )
        },
    )


@blueprint.route("/dispatches/<int:dispatch_id>/edit", methods=["GET", "POST"])
@requires(DRAFT)
@limiter.limit("240 per hour", methods=["POST"])
def edit(dispatch_id: int) -> Response | tuple[str, int]:
    """Another wording: of a draft by whoever drafts for the unit, under review by the reviewer."""
    sending = request.method == "POST"
    dispatch, unit = open_dispatch(actor(), dispatch_id, lock=sending)
    drafts = dispatch.state != "draft" or actor().can(DRAFT, unit.path)
    if not drafts or not may_change(actor(), dispatch):
        flash(_("The wording stays as it is now."), "due")
        return to_page(dispatch_id)
    if not sending:
        return _page(_kept(dispatch), dispatch)
    form = DispatchForm()
    form.offer([], [])
    if not form.validate():
        return _page(form, dispatch, 422)
    try:
        files = accepted(request.files.getlist("files"))
        with transaction():
            change_dispatch(
                actor(),
                dispatch=dispatch,
                words=form.words(),
                revision=person_key(form.revision.data) or 0,
                files=files,
                drop=[key for key in form.drop.data or [] if key is not None],
            )
    except Invalid as problem:
        show_problem(form, problem)
        dispatch, _unit = open_dispatch(actor(), dispatch_id)
        return _page(form, dispatch, 422)
    except Conflict as problem:
        flash(str(problem), "due")
        dispatch, _unit = open_dispatch(actor(), dispatch_id)
        form.revision.data = str(dispatch.revision)
        return _page(form, dispatch, 409)
    except Forbidden as problem:
        flash(str(problem), "due")
        return to_page(dispatch_id)
    flash(_("Saved."), "ok")
    return to_page(dispatch_id)


@blueprint.post("/dispatches/<int:dispatch_id>/delete")
@requires(DRAFT)
def delete(dispatch_id: int) -> Response:
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=True)
    try:
        with transaction():
            delete_draft(actor(), dispatch=dispatch)
    except Conflict as problem:
        said(problem)
        return to_page(dispatch_id)
    flash(_("Deleted."), "ok")
    return redirect(url_for("dispatches.index"), 303)
