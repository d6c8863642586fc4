"""Official documents in lists: mine to do, running, signed, filed away."""

from flask import render_template, request

from services.web.dispatches.views.routes import DRAFT, REVIEW, STATES, VIEW, blueprint
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.dispatches.kinds import KINDS, RETENTIONS, URGENCIES
from shared.dispatches.queries import VIEWS, AtHand, DispatchFilter, at_hand, counts, dispatches
from shared.organisations.models import Unit
from shared.organisations.queries.tree import choices


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 1949 <= int(text[:6]) <= 2199 else None


def filter_asked() -> DispatchFilter:
    """The filter as the address says it; the first view is what waits for the reader."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=VIEW)
    view, kind = request.args.get("view", ""), request.args.get("kind", "")
    return DispatchFilter(
        view=view if view in VIEWS else "mine",
        kind=kind if kind in KINDS else "",
        unit_id=unit_id,
        year=_year(request.args.get("year", "")),
        q=request.args.get("q", "").strip()[:100],
        before=person_key(request.args.get("before")),
    )


@blueprint.get("/dispatches")
@requires(VIEW)
def index() -> str:
    given = filter_asked()
    rows, more = dispatches(actor(), given)
    return render_template(
        "dispatches/index.html",
        rows=rows,
        more=more,
        given=given,
        counts=counts(actor()),
        states=STATES,
        kinds=KINDS,
        urgencies=URGENCIES,
        retentions=RETENTIONS,
        units=choices(actor(), VIEW),
        kind_choices=[(key, str(one.name)) for key, one in KINDS.items()],
        year_choices=[(year, str(year)) for year in range(today().year, today().year - 6, -1)],
        may_draft=actor().may(DRAFT),
        may_keep=actor().may(REVIEW),
    )


@blueprint.app_template_global("dispatches_at_hand")
def dispatches_at_hand() -> AtHand | None:
    """What waits for my review, countersignature or signature (dispatches/_today.html); None where nothing does."""
    if not actor().may(Permission.DISPATCH_VIEW):
        return None
    found = at_hand(actor())
    return found if found.rows else None
