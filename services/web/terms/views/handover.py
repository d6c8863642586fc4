"""The hand-over: offered by hand, opened by the new holder, taken over with one press."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.terms.views.listing import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.accounts.actions.handover import offer_by_hand, withdraw_handover
from shared.accounts.models import Handover
from shared.accounts.queries.handover import handover_for, pack_of
from shared.db import db, transaction
from shared.errors import Invalid
from shared.i18n import _
from shared.members.posts import post_name
from shared.organisations.models import Unit
from shared.reminders.actions.handover import take_over, tell
from shared.reminders.handed import HANDED


def _key(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@blueprint.post("/units/<int:unit_id>/handover")
@requires(Permission.MEMBER_EDIT)
def offer(unit_id: int) -> Response:
    """By the officer or the outgoing secretary, to whoever holds a leading office now."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.MEMBER_EDIT)
    back = redirect(url_for("terms.show", unit_id=unit.id), 303)
    try:
        with transaction():
            offered = offer_by_hand(
                actor(),
                unit_id=unit.id,
                to_person_id=_key("to_person_id") or 0,
                from_person_id=_key("from_person_id"),
            )
            tell(actor(), offered, person_id=offered.to_person_id, what="offered")
    except Invalid as problem:
        db.session.rollback()
        said = "".join(str(text) for text in problem.fields.values())
        flash({"title": _("Not done"), "text": said}, "late")  # type: ignore[arg-type]
        return back
    flash(_("The hand-over is offered; the new holder finds it on the first page."), "ok")
    return back


@blueprint.post("/handovers/<int:handover_id>/withdraw")
@requires(Permission.MEMBER_EDIT)
def withdraw(handover_id: int) -> Response:
    handover = fetch(Handover, handover_id, actor=actor(), may=Permission.MEMBER_EDIT, lock=True)
    with transaction():
        withdraw_handover(actor(), handover=handover)
        unit_id = handover.unit_id
    flash(_("The hand-over is taken back."), "ok")
    return redirect(url_for("terms.show", unit_id=unit_id), 303)


@blueprint.get("/handovers/<int:handover_id>")
@requires(Permission.SELF)
def pack(handover_id: int) -> str:
    """Everything open, to its new holder only."""
    handover = handover_for(actor(), handover_id)
    return render_template(
        "terms/pack.html",
        handover=handover,
        about=pack_of(handover.id),
        post=post_name(handover.post_code),
        parts=[(spec, spec.read(handover)) for spec in HANDED.values()] if handover.state == "open" else [],
        counts=[(HANDED[key].name, count) for key, count in handover.counts.items() if key in HANDED],
    )


@blueprint.post("/handovers/<int:handover_id>")
@requires(Permission.SELF)
def take(handover_id: int) -> Response:
    handover = handover_for(actor(), handover_id, lock=True)
    with transaction():
        counts = take_over(actor(), handover=handover)
        unit_id = handover.unit_id
    flash(
        {  # type: ignore[arg-type]
            "title": _("Taken over: %(n)s duties stand open", n=counts.get("due_items", 0)),
            "text": _("You keep the unit's ledger from now on."),
            "address": url_for("terms.show", unit_id=unit_id),
            "word": _("The unit's terms"),
        },
        "ok",
    )
    return redirect(url_for("today.home"), 303)
