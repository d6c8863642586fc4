"""Joint events: the host names the units that took part; each takes the record over with its own roll, or declines."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key, roll_rows, sent_absences
from services.web.events.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.duties.actions.joining import offered, take_for_all, take_over, take_own
from shared.duties.queries.ledger import answers
from shared.errors import Invalid
from shared.events.actions.joint import MOST, check_host, decline, joinable, name_units, withdraw_offers
from shared.events.kinds import KINDS, REASONS
from shared.events.models import Event, JointOffer
from shared.events.queries import people_on
from shared.events.queries.joint import (
    Named,
    host_of,
    host_record,
    named_units,
    own_record,
    units_to_name,
    waiting_offers,
)
from shared.i18n import _
from shared.organisations.models import Unit

#: Cards on the page of today.
CARDS = 3


@blueprint.app_template_global("joint_of")
def joint_of(event: Event, unit: Unit) -> dict[str, Any]:
    """What a record's page shows of a joint event (events/_joint.html). One query."""
    host = host_of(event)
    if host is not None:
        return {"host": host, "sees": actor().can(Permission.EVENT_VIEW, host.unit_path)}
    named = named_units(event.id) if joinable(KINDS[event.kind]) else []
    may = (
        event.state == "filed"
        and joinable(KINDS[event.kind])
        and actor().can(Permission.DUTY_RECORD, unit.path)
    )
    return {"host": None, "named": named, "may": may, "sums": _sums(event, named)}


def _sums(event: Event, named: list[Named]) -> dict[str, int]:
    took = [one for one in named if one.event_id is not None]
    return {
        "units": len(took) + 1,
        "due": event.due_count + sum(one.due_count or 0 for one in took),
        "present": event.present_count + sum(one.present_count or 0 for one in took),
        "waiting": sum(one.state == "asked" for one in named),
    }


@blueprint.app_template_global("joint_waiting")
def joint_waiting() -> Any:
    """What waits to be taken over, for the page of today (events/_joint_waiting.html)."""
    return waiting_offers(actor(), size=CARDS)[0] if actor().may(Permission.DUTY_RECORD) else []


def _host(event_id: int, *, lock: bool = False) -> tuple[Event, Unit]:
    event = fetch(Event, event_id, actor=actor(), may=Permission.DUTY_RECORD, lock=lock)
    return event, fetch(Unit, event.unit_id, actor=actor(), may=Permission.DUTY_RECORD)


@blueprint.get("/events/<int:event_id>/joint")
@requires(Permission.DUTY_RECORD)
def joint(event_id: int) -> str:
    """Who took part, and whom else to name."""
    event, unit = _host(event_id)
    check_host(event)
    named = named_units(event.id)
    words = request.args.get("q", "").strip()[:60]
    return render_template(
        "events/joint.html",
        event=event,
        unit=unit,
        named=named,
        sums=_sums(event, named),
        typed=words,
        found=units_to_name(event, unit, words),
        most=MOST,
        fileable=[
            one
            for one in named
            if one.state == "asked" and actor().can(Permission.DUTY_RECORD, one.unit_path)
        ],
        spec=KINDS[event.kind],
    )


def _units_sent() -> list[int]:
    return [key for key in map(person_key, request.form.getlist("unit_id")) if key is not None][: MOST * 2]


@blueprint.post("/events/<int:event_id>/joint")
@requires(Permission.DUTY_RECORD)
def joint_name(event_id: int) -> Response:
    event, _unit = _host(event_id, lock=True)
    try:
        with transaction():
            asked = name_units(actor(), event=event, unit_ids=_units_sent())
    except Invalid as problem:
        flash(str(problem), "late")
    else:
        flash(_("%(n)s units are asked to take it over.", n=asked), "ok")
    return redirect(url_for("events.joint", event_id=event_id), 303)


@blueprint.post("/events/<int:event_id>/joint/withdraw")
@requires(Permission.DUTY_RECORD)
def joint_withdraw(event_id: int) -> Response:
    event, _unit = _host(event_id, lock=True)
    with transaction():
        count = withdraw_offers(actor(), event=event, unit_ids=_units_sent())
    flash(_("%(n)s units are no longer asked.", n=count), "ok" if count else "run")
    return redirect(url_for("events.joint", event_id=event_id), 303)


@blueprint.post("/events/<int:event_id>/joint/all")
@requires(Permission.DUTY_RECORD)
def joint_all(event_id: int) -> Response:
    """File for every named unit of the reach that has not answered, everybody present."""
    host, _unit = _host(event_id, lock=True)
    check_host(host)
    with transaction():
        offers = [
            (
                fetch(JointOffer, one.offer_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True),
                fetch(Unit, one.unit_id, actor=actor(), may=Permission.DUTY_RECORD),
            )
            for one in named_units(host.id)
            if one.state == "asked" and actor().can(Permission.DUTY_RECORD, one.unit_path)
        ]
        filed, left = take_for_all(actor(), host=host, offers=offers)
    said = _("%(n)s records filed.", n=filed)
    if left:
        said += _(
            " %(n)s units decide themselves: nobody on their roll, or a record of that day stands already.",
            n=left,
        )
    flash(said, "ok" if filed else "run")
    return redirect(url_for("events.joint", event_id=event_id), 303)


@blueprint.get("/joint")
@requires(Permission.DUTY_RECORD)
def joint_index() -> str:
    """What waits to be taken over, the oldest first."""
    rows, further = waiting_offers(actor(), after=person_key(request.args.get("after")))
    return render_template(
        "events/joint_index.html",
        rows=rows,
        next=url_for("events.joint_index", after=further) if further else None,
        previous=url_for("events.joint_index") if request.args.get("after") else None,
    )


def _offer(offer_id: int, *, lock: bool = False) -> tuple[JointOffer, Unit, tuple[Event, str]]:
    offer = fetch(JointOffer, offer_id, actor=actor(), may=Permission.DUTY_RECORD, lock=lock)
    unit = fetch(Unit, offer.unit_id, actor=actor(), may=Permission.DUTY_RECORD)
    return offer, unit, host_record(offer)


@blueprint.get("/joint/<int:offer_id>")
@requires(Permission.DUTY_RECORD)
def joint_offer(offer_id: int) -> str:
    """What the host offers: day, place and content, and the own roll to be ticked."""
    return _offer_page(*_offer(offer_id), absent={})


def _offer_page(
    offer: JointOffer,
    unit: Unit,
    hosting: tuple[Event, str],
    *,
    absent: dict[int, tuple[str, str]],
    wrong: dict[str, str] | None = None,
) -> str:
    host, host_name = hosting
    people = people_on(unit.id, host.held_on)
    spec = KINDS[host.kind]
    rows = roll_rows(host.kind, people, absent)
    held = offered(host)
    return render_template(
        "events/joint_offer.html",
        offer=offer,
        unit=unit,
        host=host,
        host_name=host_name,
        # The host's people stay the host's.
        answers=answers(Event(kind=host.kind, fields=dict(held.fields)), {}),
        spec=spec,
        people=rows,
        counted=spec.attendance == "counts",
        expected=len([person for person in people if person.member]),
        reasons=[(code, str(word)) for code, word in REASONS],
        own=own_record(unit.id, host) if offer.state != "taken" else None,
        open=offer.state in ("asked", "declined") and host.state == "filed",
        wrong=wrong or {},
    )


@blueprint.post("/joint/<int:offer_id>/take")
@requires(Permission.DUTY_RECORD)
def joint_take(offer_id: int) -> Response | tuple[str, int]:
    """File the own record of it; or say which record of the unit it is already."""
    offer, unit, hosting = _offer(offer_id, lock=True)
    host = hosting[0]
    own_id = person_key(request.form.get("own"))
    absent = sent_absences(request.form)
    due, present = (person_key(request.form.get(name)) for name in ("due_count", "present_count"))
    try:
        with transaction():
            if own_id is not None:
                own = fetch(Event, own_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
                event = take_own(actor(), offer=offer, host=host, own=own)
            else:
                held = offered(host, absent=absent, due_count=due, present_count=present)
                event = take_over(actor(), offer=offer, host=host, unit=unit, held=held)
            event_id = event.id
    except Invalid as problem:
        wrong = {name: str(text) for name, text in problem.fields.items()} or {"": str(problem)}
        return _offer_page(offer, unit, hosting, absent=absent, wrong=wrong), 422
    flash(_("Is recorded"), "ok")
    return redirect(url_for("events.show", event_id=event_id), 303)


@blueprint.post("/joint/<int:offer_id>/decline")
@requires(Permission.DUTY_RECORD)
def joint_decline(offer_id: int) -> Response | tuple[str, int]:
    offer, unit, hosting = _offer(offer_id, lock=True)
    try:
        with transaction():
            decline(actor(), offer=offer, reason=request.form.get("reason", ""))
    except Invalid as problem:
        wrong = {name: str(text) for name, text in problem.fields.items()}
        return _offer_page(offer, unit, hosting, absent={}, wrong=wrong), 422
    flash(_("Declined; the host sees the reason."), "ok")
    return redirect(url_for("events.joint_index"), 303)
