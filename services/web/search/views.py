"""Search of units and people, in reach."""

from flask import Blueprint, render_template, request

from services.web.edge import actor, requires
from shared.access.permissions import Permission
from shared.members import queries as members
from shared.organisations import queries as organisations
from shared.organisations.kinds import kind_name

blueprint = Blueprint("search", __name__)

LIMIT = 20


@blueprint.get("/search")
@requires(Permission.SELF)
def index() -> str:
    """Twenty units and twenty people found by what was typed; what lies outside the reach is not there."""
    words = request.args.get("q", "").replace("\0", "").strip()[:60]
    who = actor()
    return render_template(
        "search/index.html",
        typed=words,
        units=organisations.find(who, words, limit=LIMIT) if words else [],
        people=members.find(who, words, limit=LIMIT) if words else [],
        kind_name=kind_name,
        limit=LIMIT,
    )
