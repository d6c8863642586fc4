"""Today: my to-do list, overdue first, for every role."""

import secrets
from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.today.views.overview import overview
from shared.access.actor import Actor
from shared.access.permissions import Permission, Reach
from shared.access.roles import ROLES
from shared.accounts.queries.handover import waiting_for
from shared.clock import today
from shared.duties.queries import unit_todo
from shared.duties.queries.attended import coming_for, person_record
from shared.events.kinds import REASONS
from shared.events.queries.meetings import own_meetings
from shared.members.posts import post_name
from shared.messages.queries import own_notices

blueprint = Blueprint("today", __name__)

#: A keeper sees what may be recorded now, though its last day is still a month away.
AHEAD = timedelta(days=31)
#: Notices shown on a member's page.
NOTICES = 3


def _oversees(who: Actor) -> bool:
    """Has a role that reaches below its unit."""
    return any(
        ROLES[grant.role].reach in (Reach.BELOW, Reach.TENANT)
        and Permission.DUTY_VIEW in ROLES[grant.role].permissions
        for grant in who.grants
    )


def _kept_units(who: Actor) -> list[int]:
    """The units whose ledger the person keeps."""
    return [
        grant.unit_id
        for grant in who.grants
        if ROLES[grant.role].reach is Reach.UNIT and grant.unit_id is not None
    ]


@blueprint.get("/")
@requires(None)
def home() -> str | Response:
    """Every role's first page. The operator has the tenants' list instead, a login without a seat its seats."""
    who = actor()
    if who.tenant_id is None:
        return redirect(url_for("tenants.index") if who.operator else "/seats", 303)
    on = today()
    own = [
        item
        for unit_id in _kept_units(who)[:5]
        for item in unit_todo(who, unit_id, on, ahead=AHEAD)
        if item.opens_on <= on
    ]
    own.sort(key=lambda item: (item.due_on, item.due_item_id))
    handovers = waiting_for(who.person_id or 0)
    if _oversees(who):
        return render_template(
            "today/overview.html",
            on=on,
            own=own,
            handovers=handovers,
            post_name=post_name,
            form_key=secrets.token_hex(12),
            **overview(who, on),
        )
    person_id = who.person_id or 0
    notices = own_notices(person_id)
    mine = {
        "on": on,
        "handovers": handovers,
        "post_name": post_name,
        "coming": coming_for(person_id, on),
        "meetings": own_meetings(person_id, on),
        "reasons": [(code, str(word)) for code, word in REASONS],
        "notices": notices[:NOTICES],
        "more_notices": len(notices) > NOTICES,
        "record": person_record(person_id, on.year, limit=1),
    }
    if _kept_units(who):
        return render_template("today/keeper.html", own=own, **mine)
    return render_template("today/member.html", **mine)
