"""The list of votes."""

from typing import Any

from flask import render_template, request, url_for

from services.web.ballots.views.routes import blueprint
from services.web.ballots.words import COLOURS, STATES, WAYS
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.ballots.kinds import NAMES
from shared.ballots.queries.lists import STATES as SHOWN
from shared.ballots.queries.lists import PollFilter, polls
from shared.duties.queries.scopes import scope_units
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.get("")
@requires(Permission.BALLOT_VIEW)
def index() -> str:
    """Votes of the reach, newest first."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.BALLOT_VIEW)
    asked, kind = request.args.get("state", "all"), request.args.get("kind", "")
    given = PollFilter(
        state=asked if asked in SHOWN else "all",
        unit_id=unit_id,
        kind=kind if kind in NAMES else "",
        after=person_key(request.args.get("after")),
    )
    rows, further = polls(actor(), given)

    def address(after: int | None = None) -> str:
        values: dict[str, Any] = {
            "state": given.state,
            "unit_id": given.unit_id,
            "kind": given.kind,
            "after": after,
        }
        return url_for("ballots.index", **{key: value for key, value in values.items() if value})

    return render_template(
        "ballots/index.html",
        given=given,
        rows=rows,
        states=STATES,
        colours=COLOURS,
        ways=WAYS,
        shown=[("all", _("All")), ("draft", _("Draft")), ("open", _("Voting now")), ("closed", _("Closed"))],
        kinds=[("", _("All kinds")), *((key, str(word)) for key, word in NAMES.items())],
        units=[
            ("", _("All units")),
            *(
                (key, "　" * depth + name)
                for key, name, depth in scope_units(actor(), Permission.BALLOT_VIEW)
            ),
        ],
        first=address() if given.after else None,
        further=address(further) if further else None,
        may_run=actor().may(Permission.BALLOT_RUN),
    )
