"""Pages of resolutions: what stands open in the reach, the overdue first; what I am charged with; how each ended."""

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.minutes.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.db.types import key_of
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.actions.resolutions import end_resolution, reopen_resolution, tell_absent
from shared.events.models import Event, Resolution
from shared.events.parts import Row
from shared.events.queries import names_of
from shared.events.queries.resolutions import (
    STATES,
    ResolutionFilter,
    Resolved,
    late_at,
    own_resolutions,
    owners,
    resolution_counts,
    resolutions,
    resolutions_of,
)
from shared.i18n import _
from shared.organisations.models import Unit

#: On the page of today stands what is due within so many days.
NEAR = timedelta(days=7)


def _after() -> tuple[date, int] | None:
    day, _sep, key = request.args.get("after", "").partition("_")
    try:
        return (date.fromisoformat(day), int(key)) if key.isdigit() and len(key) < 19 else None
    except ValueError:
        return None


def filter_asked() -> ResolutionFilter:
    """The filter of the page, from its address."""
    state = request.args.get("state", "")
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    return ResolutionFilter(
        state=state if state in STATES else "open",
        unit_id=unit_id,
        owner_id=person_key(request.args.get("person_id")),
        after=_after(),
    )


def _address(given: ResolutionFilter, **changed: Any) -> str:
    values = {"state": given.state, "unit_id": given.unit_id, "person_id": given.owner_id} | changed
    return url_for("minutes.resolutions", **{name: value for name, value in values.items() if value})


@blueprint.get("/resolutions", endpoint="resolutions")
@requires(Permission.EVENT_VIEW)
def resolutions_page() -> str:
    """What was resolved in the reach and is not done, the longest overdue first."""
    who, given = actor(), filter_asked()
    rows, further = resolutions(who, given)
    unit = None
    if given.unit_id is not None:
        unit = db.session.execute(select(Unit.name).where(Unit.id == given.unit_id)).scalar_one_or_none()
    return render_template(
        "minutes/resolutions.html",
        given=given,
        rows=rows,
        on=today(),
        unit_name=unit,
        counts=resolution_counts(who, given),
        tallies={state: _address(given, state=state) for state in STATES},
        owners=[("", _("Everybody charged")), *owners(who, given.unit_id)],
        everywhere=_address(given, unit_id=None),
        keeps={row.id: who.can(Permission.DUTY_RECORD, row.path) for row in rows},
        further=_address(given, after=f"{further[0].isoformat()}_{further[1]}") if further else None,
        here=_address(given),
    )


@blueprint.get("/mine")
@requires(Permission.SELF)
def mine() -> str:
    """What I am charged with and have not done."""
    return render_template(
        "minutes/mine.html", rows=own_resolutions(actor().person_id or 0, limit=200), on=today()
    )


def _back(resolution: Resolution | None = None) -> Response:
    """To the page the form came from: named, never an address of its own."""
    back = request.form.get("back", "")
    if back == "event" and resolution is not None:
        return redirect(url_for("events.show", event_id=resolution.event_id) + "#resolutions", 303)
    return redirect(
        url_for({"home": "today.home", "mine": "minutes.mine"}.get(back, "minutes.resolutions")), 303
    )


def _end(resolution: Resolution) -> Response:
    """Done with an outcome, or dropped with a reason, by whoever may."""
    unit = db.session.execute(select(Unit).where(Unit.id == resolution.unit_id)).scalar_one()
    dropped = request.form.get("act") == "drop"
    try:
        with transaction():
            new = end_resolution(
                actor(),
                resolution=resolution,
                unit=unit,
                outcome=request.form.get("outcome", ""),
                dropped=dropped,
            )
    except Invalid as problem:
        flash(str(problem), "late")
        return _back(resolution)
    said = _("Dropped, with its reason") if dropped else _("Noted as done")
    flash(said if new else _("It was noted already"), "ok")
    return _back(resolution)


@blueprint.post("/resolutions/<int:resolution_id>/end")
@requires(Permission.DUTY_RECORD)
def end(resolution_id: int) -> Response:
    """Whoever keeps the ledger says that it is done, or drops it."""
    return _end(fetch(Resolution, resolution_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True))


@blueprint.post("/resolutions/<int:resolution_id>/done")
@requires(Permission.SELF)
def end_own(resolution_id: int) -> Response:
    """Whoever is charged with it says that it is done."""
    found = db.session.execute(
        select(Resolution).where(Resolution.id == resolution_id).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if found.owner_id is None or found.owner_id != actor().person_id:
        raise Forbidden(_("This belongs to somebody else."))
    return _end(found)


@blueprint.post("/resolutions/<int:resolution_id>/reopen")
@requires(Permission.DUTY_RECORD)
def reopen(resolution_id: int) -> Response:
    found = fetch(Resolution, resolution_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
    unit = fetch(Unit, found.unit_id, actor=actor(), may=Permission.DUTY_RECORD)
    with transaction():
        reopen_resolution(actor(), resolution=found, unit=unit)
    flash(_("It stands open again"), "ok")
    return _back(found)


@blueprint.post("/resolutions/of/<int:event_id>/tell")
@requires(Permission.DUTY_RECORD)
def tell(event_id: int) -> Response:
    """One press: whoever was absent is told what was resolved."""
    event = fetch(Event, event_id, actor=actor(), may=Permission.DUTY_RECORD, lock=True)
    with transaction():
        made = tell_absent(actor(), event=event)
    flash(
        _("The absent are told, %(n)s messages", n=made) if made else _("They were told already"),
        "ok" if made else "run",
    )
    return redirect(url_for("events.show", event_id=event_id) + "#resolutions", 303)


@blueprint.app_template_global("resolved_of")
def resolved_of(event: Event) -> list[Resolved]:
    """What a record resolved, with what has become of it."""
    return resolutions_of(event.id)


@blueprint.app_template_global("owners_offered")
def owners_offered(people: list[tuple[Any, str]], rows: list[Row]) -> list[tuple[Any, str]]:
    """Whom a line may be given to: the unit's people, and whoever holds a stored line though they have left."""
    known = {str(key) for key, _name in people}
    named = [row.get("owner", "") for row in rows]
    held = {key for text in named if text not in known and (key := key_of(text)) is not None}
    return [*people, *names_of(held).items()]


@blueprint.app_template_global("resolutions_at_hand")
def resolutions_at_hand() -> tuple[list[Resolved], list[Resolved], int]:
    """For the page of today: what I am charged with, what of it is near, and how much of the units I keep is late."""
    who, on = actor(), today()
    kept = [grant.unit_id for grant in who.grants if grant.role in ("secretary", "keeper") and grant.unit_id]
    own = own_resolutions(who.person_id or 0, limit=5)
    near = [one for one in own if one.due_on is not None and one.due_on <= on + NEAR]
    return own, near, late_at(kept, on) if kept else 0
