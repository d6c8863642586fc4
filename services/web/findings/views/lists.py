"""The list of findings, what is late first."""

from datetime import date
from typing import Any

from flask import render_template, request

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.findings.views.routes import blueprint
from services.web.findings.words import STATES, VIEWS
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.duties.queries.scopes import scope_units
from shared.findings.queries.lists import CAP, FindingFilter, finding_counts, findings
from shared.organisations.models import Unit


def _after() -> tuple[date, int] | None:
    day, _sep, key = request.args.get("after", "").partition("_")
    number = person_key(key)
    try:
        return (date.fromisoformat(day), number) if number is not None else None
    except ValueError:
        return None


def filter_asked() -> FindingFilter:
    """The filter of the list as the address says it."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.FINDING_VIEW)
    view = request.args.get("view", "")
    return FindingFilter(
        view=view if view in VIEWS else "open",
        unit_id=unit_id,
        inspection_id=person_key(request.args.get("inspection_id")),
        after=_after(),
    )


@blueprint.get("")
@requires(Permission.FINDING_VIEW)
def index() -> str:
    given = filter_asked()
    rows, more = findings(actor(), given)
    kept: dict[str, Any] = {
        key: request.args[key] for key in ("unit_id", "inspection_id") if request.args.get(key)
    }
    return render_template(
        "findings/index.html",
        rows=rows,
        given=given,
        kept=kept,
        counts=finding_counts(actor(), given),
        cap=CAP,
        further=f"{more[0].isoformat()}_{more[1]}" if more else None,
        scopes=scope_units(actor(), Permission.FINDING_VIEW),
        states=STATES,
        views=VIEWS,
        may_enter=actor().may(Permission.FINDING_EDIT),
    )
