"""The superior's check of filed records: what waits first; accept with one press, or return with a remark."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.duties.actions import accept_record, return_record
from shared.duties.queries.reviews import CAP, ReviewFilter, review_counts, reviews
from shared.errors import Problem
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.i18n import _
from shared.organisations.models import Unit

STATES = ("waiting", "returned", "accepted")
#: Records accepted by one press: those of the page shown.
MOST = 50


def _after() -> tuple[datetime, int] | None:
    moment, _sep, key = request.args.get("after", "").rpartition("_")
    try:
        return (datetime.fromisoformat(moment), int(key)) if key.isdigit() and len(key) < 19 else None
    except ValueError:
        return None


def filter_asked() -> ReviewFilter:
    """The filter of the page, from its address."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_REVIEW)
    return ReviewFilter(
        state=state if state in STATES else "waiting",
        kind=kind if kind in KINDS else None,
        unit_id=unit_id,
        after=_after(),
    )


def _address(given: ReviewFilter, **changed: Any) -> str:
    values = {"state": given.state, "kind": given.kind, "unit_id": given.unit_id} | changed
    return url_for(
        "events.to_review", **{key: value for key, value in values.items() if value not in (None, "")}
    )


@blueprint.get("/reviews")
@requires(Permission.EVENT_REVIEW)
def to_review() -> str:
    given = filter_asked()
    rows, further = reviews(actor(), given)
    return render_template(
        "events/reviews.html",
        given=given,
        rows=rows,
        counts=review_counts(actor(), given),
        cap=CAP,
        kinds=[("", _("All kinds")), *((code, str(spec.name)) for code, spec in KINDS.items())],
        tallies={state: _address(given, state=state) for state in STATES},
        further=_address(given, after=f"{further[0].isoformat()}_{further[1]}") if further else None,
        here=_address(given),
    )


def _record(event_id: int) -> Event:
    return fetch(Event, event_id, actor=actor(), may=Permission.EVENT_REVIEW, lock=True)


def _back(event_id: int) -> Response:
    if request.form.get("back") == "list":
        return redirect(url_for("events.to_review"), 303)
    return redirect(url_for("events.show", event_id=event_id), 303)


@blueprint.post("/events/<int:event_id>/accept")
@requires(Permission.EVENT_REVIEW)
def accept(event_id: int) -> Response:
    event = _record(event_id)
    with transaction():
        new = accept_record(actor(), event=event, version=person_key(request.form.get("version")) or 0)
    flash(_("Passed the check") if new else _("It was accepted already"), "ok")
    return _back(event_id)


@blueprint.post("/events/<int:event_id>/return")
@requires(Permission.EVENT_REVIEW)
def return_it(event_id: int) -> Response:
    event = _record(event_id)
    with transaction():
        items = return_record(
            actor(),
            event=event,
            version=person_key(request.form.get("version")) or 0,
            remark=request.form.get("remark", ""),
        )
    flash(_("Returned; %(n)s duties stand open until it is mended, the unit is told", n=items), "ok")
    return _back(event_id)


@blueprint.post("/reviews/accept")
@requires(Permission.EVENT_REVIEW)
def accept_many() -> Response:
    """Accept the records that were ticked, as they stood when they were shown; who was corrected since is named."""
    taken, left = 0, []
    for sent in request.form.getlist("record")[:MOST]:
        key, _sep, version = sent.partition(".")
        event_id = person_key(key)
        if event_id is None:
            continue
        title = str(event_id)
        try:
            event = _record(event_id)
            title = event.title
            with transaction():
                taken += accept_record(actor(), event=event, version=person_key(version) or 0)
        except Problem as problem:
            left.append(f"{title}: {problem}")
    flash(_("%(n)s records accepted", n=taken), "ok" if taken else "run")
    for one in left[:5]:
        flash(one, "due")
    if len(left) > 5:
        flash(_("and %(n)s more were left as they are", n=len(left) - 5), "due")
    return redirect(url_for("events.to_review"), 303)
