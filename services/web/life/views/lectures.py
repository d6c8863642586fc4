"""讲党课: lectures given by leaders and secretaries, what is missing by default."""

from flask import render_template

from services.web.edge import actor, requires
from services.web.life.views.routes import (
    address,
    blueprint,
    common,
    filter_asked,
    place_asked,
    place_text,
)
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.life import quotas_of, rules_of
from shared.events.queries.life import lecturers_page
from shared.events.queries.life.lectures import LECTURE
from shared.members.posts import post_name


@blueprint.get("/lectures")
@requires(Permission.MEMBER_VIEW)
def lectures() -> str:
    """Who is asked to lecture, what they gave, and the rule that asks for it."""
    unit, given = filter_asked()
    page = lecturers_page(actor(), given, quotas_of(LECTURE, given.on), after=place_asked())
    return render_template(
        "life/lectures.html",
        page=page,
        given=given,
        rules=rules_of(LECTURE, given.on),
        post_name=post_name,
        next=address(after=place_text(page.after)) if page.after else None,
        counted=today(),
        **common(unit, given.year),
    )
