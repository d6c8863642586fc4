"""Choosing whom a circular goes to, with the number and a sample before it is sent; and the sending."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from services.web.circulars.forms import SendForm
from services.web.circulars.views.routes import SEND, blueprint
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch, reach_filter
from shared.audiences.queries import segments
from shared.audiences.recipients import Audience
from shared.circulars.actions import count_recipients, sample_recipients
from shared.circulars.actions import send as send_out
from shared.circulars.models import Circular
from shared.circulars.queries import files_of
from shared.db import db, transaction
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _form(sending: bool) -> SendForm:
    """The choice as the address or the form says it."""
    form = SendForm(formdata=request.form if sending else request.args or MultiDict[str, Any]())
    lines = set(
        db.session.scalars(
            select(Unit.line).distinct().where(Unit.state == "active", reach_filter(actor(), SEND, Unit.path))
        )
    )
    form.offer_audience(scope_units(actor(), SEND), lines)
    return form


def _page(circular: Circular, form: SendForm, status: int = 200) -> tuple[str, int]:
    count, sample, pairs = 0, [], []
    try:
        audience: Audience = form.audience()
    except Invalid as problem:
        show_problem(form, problem)
        status = 422
    else:
        chosen: dict[str, Any] = {
            "unit_id": circular.unit_id,
            "whom": form.whom_kept(),
            "audience": audience,
        }
        count = count_recipients(actor(), **chosen)
        sample = sample_recipients(actor(), **chosen)
        pairs = form.pairs()
    form.seen.data = str(count)
    return (
        render_template(
            "circulars/send.html",
            form=form,
            circular=circular,
            unit=db.session.scalar(select(Unit.name).where(Unit.id == circular.unit_id)),
            files=files_of(circular.id),
            count=count,
            sample=sample,
            pairs=pairs,
            kept=segments(actor())[0],
            to_units=form.whom_kept() == "units",
        ),
        status,
    )


@blueprint.route("/<int:circular_id>/send", methods=["GET", "POST"])
@requires(SEND)
@limiter.limit("240 per hour", methods=["POST"])
def send(circular_id: int) -> Response | tuple[str, int]:
    """GET shows whom the choice reaches; POST sends to exactly so many, or shows the new number."""
    sending = request.method == "POST"
    circular = fetch(Circular, circular_id, actor=actor(), may=SEND, lock=sending)
    if circular.state != "draft":
        return redirect(url_for("circulars.receipts", circular_id=circular_id), 303)
    form = _form(sending)
    if not sending:
        return _page(circular, form)
    if not form.validate():
        return _page(circular, form, 422)
    seen = person_key(request.form.get("seen")) or 0
    try:
        with transaction():
            made = send_out(
                actor(), circular=circular, whom=form.whom_kept(), audience=form.audience(), seen=seen
            )
    except Invalid as problem:
        show_problem(form, problem)
        circular = fetch(Circular, circular_id, actor=actor(), may=SEND)
        return _page(circular, form, 422)
    except Conflict as problem:
        flash(str(problem), "due")
        circular = fetch(Circular, circular_id, actor=actor(), may=SEND)
        return _page(circular, form, 409)
    flash(_("Sent to %(n)s recipients.", n=made), "ok")
    return redirect(url_for("circulars.receipts", circular_id=circular_id), 303)
