"""双重组织生活: leaders in their own branch or group, what is missing by default."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.life.views.routes import (
    address,
    blueprint,
    common,
    filter_asked,
    place_asked,
    place_text,
    year_asked,
)
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.scopes import own_unit
from shared.events.kinds import KINDS, REASONS
from shared.events.queries.life import BRANCHES, LifeFilter, leaders_page, own_life
from shared.members.models import Person
from shared.members.posts import post_name
from shared.organisations.models import Unit


@blueprint.get("")
@requires(Permission.MEMBER_VIEW)
def index() -> Response | str:
    """Leaders; whoever keeps one branch only is about its talks first."""
    own = own_unit(actor(), Permission.MEMBER_VIEW)
    if own is not None and not request.args:
        unit = fetch(Unit, own, actor=actor(), may=Permission.MEMBER_VIEW)
        if unit.kind in BRANCHES:
            return redirect(url_for("life.talks_of", unit_id=own), 303)
    asked, given = filter_asked()
    page = leaders_page(actor(), given, after=place_asked())
    return render_template(
        "life/leaders.html",
        page=page,
        given=given,
        post_name=post_name,
        kinds=KINDS,
        reasons={code: str(word) for code, word in REASONS},
        next=address(after=place_text(page.after)) if page.after else None,
        counted=today(),
        **common(asked, given.year),
    )


@blueprint.get("/leaders/<int:person_id>")
@requires(Permission.MEMBER_VIEW)
def leader(person_id: int) -> str:
    """The rows behind one leader's numbers."""
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_VIEW)
    given = LifeFilter(year_asked())
    return render_template(
        "life/leader.html",
        person=person,
        rows=own_life(actor(), person.id, given),
        kinds=KINDS,
        reasons={code: str(word) for code, word in REASONS},
        **common(None, given.year),
    )
