"""Circulars that units sent: who has read and answered; reminding, another last day, passing on, withdrawing."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.circulars.forms import DayForm, WithdrawForm
from services.web.circulars.views.routes import SEND, STATES, blueprint, file_held, file_sent, said
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.limits import limiter
from shared.access.door import fetch, reach_filter
from shared.circulars.actions import change_day, pass_on, remind, withdraw
from shared.circulars.actions.drafting import is_over
from shared.circulars.actions.sending import key_of
from shared.circulars.models import Circular, Receipt
from shared.circulars.queries import (
    VIEWS,
    ReceiptFilter,
    counts_of,
    files_of,
)
from shared.circulars.queries import receipts as rows_of
from shared.circulars.queries import sent as sent_rows
from shared.circulars.queries.reading import continued
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import _
from shared.jobs import Job
from shared.organisations.models import Unit


@blueprint.get("/sent")
@requires(SEND)
def sent() -> str:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    rows, more = sent_rows(actor(), state=state, before=person_key(request.args.get("before")))
    return render_template("circulars/sent.html", rows=rows, more=more, state=state, states=STATES)


def receipts_asked() -> ReceiptFilter:
    """The filter of the sender's page as the address says it; the first view is who has not read."""
    named: Any = (request.view_args or {}).get("circular_id") or person_key(request.args.get("circular_id"))
    if named is not None:
        fetch(Circular, named, actor=actor(), may=SEND)
    view = request.args.get("view", "")
    key, _sep, path = request.args.get("after", "").partition("_")
    last = person_key(key)
    return ReceiptFilter(
        circular_id=named,
        view=view if view in VIEWS else "unread",
        after=(path[:600], last) if last is not None and path.replace(".", "").isdigit() else None,
    )


def _views(circular: Circular) -> list[tuple[str, str]]:
    """The counts of the sender's page as (view, word): without those of an answer where none is wanted."""
    words = [
        ("all", _("recipients")),
        ("read", _("read")),
        ("unread", _("not read")),
        ("replied", _("answered")),
        ("unanswered", _("read, not answered")),
        ("gone", _("gone since")),
    ]
    if circular.reply == "none":
        return [one for one in words if one[0] not in ("replied", "unanswered")]
    return words


@blueprint.get("/<int:circular_id>/receipts")
@requires(SEND)
def receipts(circular_id: int) -> BaseResponse | str:
    """How far it has come: who has not read it first."""
    circular = fetch(Circular, circular_id, actor=actor(), may=SEND)
    if circular.state == "draft":
        return redirect(url_for("circulars.send", circular_id=circular_id), 303)
    given = receipts_asked()
    rows, more = rows_of(actor(), given)
    return render_template(
        "circulars/receipts.html",
        circular=circular,
        unit=db.session.scalar(select(Unit.name).where(Unit.id == circular.unit_id)),
        files=files_of(circular.id),
        counts=counts_of(actor(), circular.id)[circular.id],
        rows=rows,
        given=given,
        further=f"{more[1]}_{more[0]}" if more else None,
        views=_views(circular),
        states=STATES,
        over=is_over(circular),
        going=db.session.execute(
            select(Job).where(Job.form_key == key_of(circular.id), Job.state != "done")
        ).scalar_one_or_none(),
        day=DayForm(formdata=None, version=str(circular.version), due_on=circular.due_on),
        withdrawal=WithdrawForm(formdata=None),
    )


@blueprint.get("/sent-files/<int:circular_file_id>")
@requires(SEND)
def sent_file(circular_file_id: int) -> Response:
    """A file as whoever sent it sees it, of a draft and of a withdrawn circular too."""
    held = file_held(circular_file_id)
    return file_sent(held, fetch(Circular, held.circular_id, actor=actor(), may=SEND))


@blueprint.post("/<int:circular_id>/remind", endpoint="remind")
@requires(SEND)
@limiter.limit("60 per hour")
def remind_open(circular_id: int) -> BaseResponse:
    """One press reminds whoever has not read or not answered; each once a day."""
    circular = fetch(Circular, circular_id, actor=actor(), may=SEND, lock=True)
    try:
        with transaction():
            told, later = remind(actor(), circular=circular)
    except (Invalid, Conflict) as problem:
        said(problem)
    else:
        if told and later:
            flash(_("%(n)s recipients are being reminded in the background.", n=told), "run")
        elif told:
            flash(_("%(n)s recipients are reminded.", n=told), "ok")
        else:
            flash(_("All of them have been told today already."), "run")
    return redirect(url_for("circulars.receipts", circular_id=circular_id), 303)


@blueprint.post("/<int:circular_id>/day")
@requires(SEND)
@limiter.limit("60 per hour")
def day(circular_id: int) -> BaseResponse:
    """Another last day; the recipients are told."""
    circular = fetch(Circular, circular_id, actor=actor(), may=SEND, lock=True)
    form = DayForm()
    try:
        if not form.validate():
            raise Invalid("；".join(str(one) for one in form.due_on.errors) or _("Say until when."))
        with transaction():
            changed = change_day(
                actor(),
                circular=circular,
                due_on=form.due_on.data,
                version=person_key(form.version.data) or 0,
            )
        flash(_("Saved; the recipients are told.") if changed else _("Nothing was changed."), "ok")
    except (Invalid, Conflict) as problem:
        said(problem)
    return redirect(url_for("circulars.receipts", circular_id=circular_id), 303)


@blueprint.post("/<int:circular_id>/withdraw", endpoint="withdraw")
@requires(SEND)
def take_back(circular_id: int) -> BaseResponse:
    """Withdrawn with a reason, and whatever was passed on of it."""
    circular = fetch(Circular, circular_id, actor=actor(), may=SEND, lock=True)
    form = WithdrawForm()
    try:
        if not form.validate():
            raise Invalid("；".join(str(one) for one in form.reason.errors) or _("Say why."))
        with transaction():
            withdraw(actor(), circular=circular, reason=form.reason.data or "")
        flash(_("Withdrawn; whoever had it is told."), "ok")
    except (Invalid, Conflict) as problem:
        said(problem)
    return redirect(url_for("circulars.receipts", circular_id=circular_id), 303)


def _came_to_mine(circular_id: int) -> Circular:
    """A circular that came to a unit in whose name the actor may send; held until the act is done."""
    circular = db.session.execute(
        select(Circular)
        .where(Circular.id == circular_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if circular is None:
        raise NotFound(_("There is nothing at this address."))
    came = db.session.scalar(
        select(Receipt.id)
        .where(
            Receipt.circular_id == circular_id,
            Receipt.unit_id.in_(continued(reach_filter(actor(), SEND, Unit.path))),
        )
        .limit(1)
    )
    if came is None:
        raise Forbidden(_("This belongs to a unit outside your duties."))
    return circular


@blueprint.post("/<int:circular_id>/pass-on", endpoint="pass_on")
@requires(SEND)
@limiter.limit("60 per hour")
def pass_it_on(circular_id: int) -> BaseResponse:
    """One press sends it on to the unit's members, the units below, or both, in the unit's name."""
    unit_id = person_key(request.form.get("unit_id"))
    chosen = list(dict.fromkeys(request.form.getlist("to")))[:4]
    copies: list[int] = []
    fresh = False
    for to in chosen or [""]:
        circular = _came_to_mine(circular_id)
        try:
            if unit_id is None:
                raise Conflict(_("This circular has not come to this unit."))
            if not to:
                raise Conflict(_("Choose whom it is passed on to."))
            unit = fetch(Unit, unit_id, actor=actor(), may=SEND)
            with transaction():
                copy, new = pass_on(actor(), circular=circular, unit=unit, to=to)
                copies.append(copy.id)
            fresh = fresh or new
        except (Invalid, Conflict) as problem:
            said(problem)
    if not copies:
        return redirect(url_for("circulars.index"), 303)
    flash(_("Passed on.") if fresh else _("It was passed on already."), "ok" if fresh else "run")
    if len(copies) > 1:
        return redirect(url_for("circulars.show", circular_id=circular_id), 303)
    return redirect(url_for("circulars.receipts", circular_id=copies[0]), 303)
