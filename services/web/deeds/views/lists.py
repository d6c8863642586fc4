"""The list of deeds, what is late first; what units above offer, and taking one of it up."""

import secrets
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.deeds.views.routes import blueprint, units_to_act_for
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.deeds.actions.entering import claim_deed
from shared.deeds.kinds import KINDS, SATISFACTION, SOURCES, STATES
from shared.deeds.models import Deed
from shared.deeds.queries.lists import (
    CAP,
    VIEWS,
    DeedFilter,
    counters,
    deed_counts,
    deeds,
    offers,
    satisfaction_counts,
)
from shared.deeds.queries.story import AtHand, at_hand
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

VIEW_WORDS: dict[str, lazy_] = {
    "late": lazy_("Late"),
    "open": lazy_("Being done"),
    "offered": lazy_("Waits to be taken up"),
    "done": lazy_("Done, to be closed"),
    "closed": lazy_("Case closed"),
    "dropped": lazy_("Given up with a reason"),
    "all": lazy_("All"),
}


def day_and_key() -> tuple[date, int] | None:
    """`after` of the address: the day and key of the last row before this page."""
    day, _sep, key = request.args.get("after", "").partition("_")
    number = person_key(key)
    try:
        return (date.fromisoformat(day), number) if number is not None else None
    except ValueError:
        return None


def filter_asked() -> DeedFilter:
    """The filter of the list as the address says it."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.DEED_VIEW)

    def one_of(name: str, some: Any, otherwise: str = "") -> str:
        value = request.args.get(name, "")
        return value if value in some else otherwise

    counter_id = person_key(request.args.get("counter_id"))
    return DeedFilter(
        view=one_of("view", VIEWS, "all" if counter_id is not None else "open"),
        unit_id=unit_id,
        kind=one_of("kind", KINDS),
        source=one_of("source", SOURCES),
        satisfaction=one_of("satisfaction", SATISFACTION),
        counter_id=counter_id,
        after=day_and_key(),
    )


@blueprint.get("")
@requires(Permission.DEED_VIEW)
def index() -> str:
    given = filter_asked()
    rows, more = deeds(actor(), given)
    kept: dict[str, Any] = {
        key: request.args[key] for key in ("unit_id", "kind", "source", "counter_id") if request.args.get(key)
    }
    asked = given.view == "closed" or bool(given.satisfaction)
    return render_template(
        "deeds/index.html",
        rows=rows,
        given=given,
        kept=kept,
        counts=deed_counts(actor(), given),
        answers=satisfaction_counts(actor(), given, list(SATISFACTION)) if asked else {},
        numbers=counters(actor()),
        cap=CAP,
        further=f"{more[0].isoformat()}_{more[1]}" if more else None,
        scopes=scope_units(actor(), Permission.DEED_VIEW),
        states=STATES,
        views=VIEW_WORDS,
        kinds=KINDS,
        sources=SOURCES,
        satisfaction=SATISFACTION,
        may_enter=actor().may(Permission.DEED_EDIT),
        may_count=actor().may(Permission.SETTING_EDIT),
    )


@blueprint.get("/offered")
@requires(Permission.DEED_EDIT)
def offered() -> str:
    """What units above offer, with one press to take it up."""
    return render_template(
        "deeds/offered.html",
        rows=offers(actor()),
        units=units_to_act_for(),
        kinds=KINDS,
        form_key=secrets.token_hex(12),
    )


@blueprint.post("/offered/take")
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour")
def take() -> Response:
    """One of the own units takes up what a unit above it offers."""
    unit_id, deed_id = (person_key(request.form.get(name)) for name in ("unit_id", "deed_id"))
    if unit_id is None or deed_id is None:
        raise Invalid(_("Say which unit takes up which deed."))
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DEED_EDIT)
    with transaction():
        deed = db.session.execute(
            select(Deed).where(Deed.id == deed_id).with_for_update()
        ).scalar_one_or_none()
        if deed is None:
            raise Conflict(_("Another unit has taken it up, or it is offered no more."))
        claim_deed(
            actor(), deed=deed, unit=unit, form_key=f"claim {deed_id} {request.form.get('form_key', '')[:40]}"
        )
    flash(_("Taken up"), "ok")
    return redirect(url_for("deeds.show", deed_id=deed_id), 303)


@blueprint.app_template_global("deeds_at_hand")
def deeds_at_hand() -> AtHand | None:
    """What deeds ask for now (deeds/_today.html); None where there is nothing."""
    found = at_hand(actor())
    return found if found.open or found.done else None
