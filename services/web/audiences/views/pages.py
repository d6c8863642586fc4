"""Segments: the list; a new one and a change, with the count and a sample before anything is kept."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from services.web.audiences.forms import SegmentForm
from services.web.audiences.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.audiences.actions import change_segment, delete_segment, keep_segment
from shared.audiences.models import Segment
from shared.audiences.queries import segments
from shared.audiences.recipients import Audience, count_of, sample_of
from shared.db import db, transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit
from shared.organisations.queries.tree import choices

SEND = Permission.CIRCULAR_SEND


@blueprint.get("")
@requires(SEND)
def index() -> str:
    key, _sep, name = request.args.get("after", "").partition("_")
    after = (name, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
    rows, more = segments(actor(), after)
    return render_template("audiences/index.html", rows=rows, more=f"{more[1]}_{more[0]}" if more else None)


def _offer(form: SegmentForm) -> None:
    lines = set(
        db.session.scalars(
            select(Unit.line).distinct().where(Unit.state == "active", reach_filter(actor(), SEND, Unit.path))
        )
    )
    form.offer_audience(scope_units(actor(), SEND), lines)
    units = choices(actor(), SEND)
    form.unit_id.choices = [(key, "　" * depth + name) for key, name, depth in units]


def _page(form: SegmentForm, segment: Segment | None, status: int = 200) -> tuple[str, int]:
    try:
        audience = form.audience()
    except Invalid as problem:
        show_problem(form, problem)
        audience, pairs, status = Audience(), [], 422
    else:
        pairs = form.pairs()
    return (
        render_template(
            "audiences/edit.html",
            form=form,
            segment=segment,
            pairs=pairs,
            count=count_of(actor(), audience, SEND),
            sample=sample_of(actor(), audience, SEND),
        ),
        status,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(SEND)
@limiter.limit("240 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """GET shows whom the choice reaches; POST keeps it."""
    sending = request.method == "POST"
    form = SegmentForm(formdata=request.form if sending else request.args)
    _offer(form)
    if not sending:
        form.form_key.data = secrets.token_hex(12)
        return _page(form, None)
    if not form.validate() or not form.form_key.data:
        return _page(form, None, 422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=SEND)
    try:
        with transaction():
            keep_segment(
                actor(),
                unit=unit,
                name=form.name.data or "",
                audience=form.audience(),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, None, 422)
    flash(_("Saved."), "ok")
    return redirect(url_for("audiences.index"), 303)


def _kept(segment: Segment) -> MultiDict[str, Any]:
    kept: MultiDict[str, Any] = MultiDict({"name": segment.name})
    for key, value in segment.filter.items():
        kept.setlist(key, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return kept


@blueprint.route("/<int:segment_id>", methods=["GET", "POST"])
@requires(SEND)
@limiter.limit("240 per hour", methods=["POST"])
def show(segment_id: int) -> Response | tuple[str, int]:
    """Whom it reaches today, of the reader's own units; changed and kept again."""
    sending = request.method == "POST"
    segment = fetch(Segment, segment_id, actor=actor(), may=SEND, lock=sending)
    form = SegmentForm(formdata=request.form if sending else request.args or _kept(segment))
    _offer(form)
    if not sending:
        form.version.data = str(segment.version)
        form.name.data = form.name.data or segment.name
        return _page(form, segment)
    if not form.validate():
        return _page(form, segment, 422)
    try:
        with transaction():
            change_segment(
                actor(),
                segment=segment,
                name=form.name.data or "",
                audience=form.audience(),
                version=person_key(form.version.data) or 0,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, segment, 422)
    except Conflict as problem:
        flash(str(problem), "due")
        return redirect(url_for("audiences.show", segment_id=segment_id), 303)
    flash(_("Saved."), "ok")
    return redirect(url_for("audiences.index"), 303)


@blueprint.post("/<int:segment_id>/delete")
@requires(SEND)
def delete(segment_id: int) -> Response:
    segment = fetch(Segment, segment_id, actor=actor(), may=SEND, lock=True)
    with transaction():
        delete_segment(actor(), segment=segment)
    flash(_("Deleted."), "ok")
    return redirect(url_for("audiences.index"), 303)
