"""Responsibility lists of a unit and its posts for a year: on the page, printed, as Excel."""

from flask import render_template, request
from sqlalchemy import select

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.tasks.views.routes import blueprint, state_words
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.members.posts import post_name
from shared.organisations.models import Unit
from shared.plans.queries.responsibilities import SECTIONS, ListedDuties, responsibilities, sheets


def listed_asked() -> ListedDuties:
    """Which unit and year the address says; the first unit in reach without one."""
    key = person_key(request.args.get("unit_id"))
    if key is not None:
        fetch(Unit, key, actor=actor(), may=Permission.PLAN_VIEW)
    else:
        key = db.session.scalar(
            select(Unit.id)
            .where(Unit.state == "active", reach_filter(actor(), Permission.PLAN_VIEW, Unit.path))
            .order_by(Unit.path)
            .limit(1)
        )
    year = person_key(request.args.get("year"))
    return ListedDuties(key, year if year is not None and 2000 <= year <= 2199 else today().year)


@blueprint.get("/responsibilities", endpoint="responsibilities")
@requires(Permission.PLAN_VIEW)
def lists() -> str:
    """What is asked of the unit as a whole, of its secretary or chair, and of each other post."""
    given = listed_asked()
    unit = fetch(Unit, given.unit_id, actor=actor(), may=Permission.PLAN_VIEW) if given.unit_id else None
    units = db.session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.state == "active", reach_filter(actor(), Permission.PLAN_VIEW, Unit.path))
        .order_by(Unit.path)
        .limit(1000)
    )
    on = today()
    return render_template(
        "tasks/responsibilities.html",
        unit=unit,
        year=given.year,
        years=[(one, str(one)) for one in range(on.year + 1, on.year - 6, -1)],
        units=[(row[0], row[1]) for row in units],
        sheets=sheets(responsibilities(unit.id, given.year)) if unit is not None else [],
        sections={code: str(word) for code, word in SECTIONS.items()},
        post_name=post_name,
        words=state_words(),
        on=on,
    )
