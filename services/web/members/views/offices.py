"""Holders of office on a day, and who took or left office in a period."""

from datetime import date
from typing import Any

from flask import render_template, request, url_for

from services.web.edge import actor, requires
from services.web.members.views.listing import (
    day_in,
    line_in,
    number_in,
    post_choices,
    total_text,
)
from services.web.members.views.person import blueprint
from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.errors import Forbidden
from shared.i18n import _
from shared.members import queries
from shared.members.posts import posts_on
from shared.members.queries.offices import CHANGES
from shared.members.queries.roster import LEADERS
from shared.organisations.models import Unit


def _place(name: str) -> tuple[str, int, int] | None:
    """A place in the list, 'id~rank~path'; whatever cannot be read counts as not given."""
    parts = request.args.get(name, "").split("~", 2)
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts[:2]):
        return None
    return parts[2][:400].replace("\0", ""), int(parts[1]), int(parts[0])


def read_offices(actor: Actor, args: Any = None) -> tuple[Unit | None, queries.OfficeFilter]:
    """The filter of the address; without a period the holders of a day, without a day those of today."""
    args = request.args if args is None else args
    unit_id = number_in(args, "unit_id")
    unit = fetch(Unit, unit_id, actor=actor, may=Permission.MEMBER_VIEW) if unit_id is not None else None
    line = line_in(actor, unit, args)
    post, change = args.get("post"), args.get("change")
    since, until = day_in(args, "since"), day_in(args, "until")
    period = args.get("show") == "period"
    if period:
        until = until or today()
        since = since or date(until.year, 1, 1)
        if since > until:
            since, until = until, since
    return unit, queries.OfficeFilter(
        line=line,
        on=day_in(args, "on") or today(),
        path=unit.path if unit else None,
        post=post if post == LEADERS or post in posts_on(line) else None,
        since=since if period else None,
        until=until if period else None,
        change=change if change in CHANGES else "all",
    )


@blueprint.get("/members/offices")
@requires(Permission.MEMBER_VIEW)
def offices() -> str:
    who = actor()
    if not who.reaches(Permission.MEMBER_VIEW):
        raise Forbidden(_("Your role reaches no unit."))
    unit, given = read_offices(who)
    page = queries.offices_page(who, given, after=_place("after"), before=_place("before"))
    took, left = queries.count_offices(who, given)

    def address(**changes: Any) -> str:
        values: dict[str, Any] = {
            "unit_id": unit.id if unit else None,
            "line": given.line if unit is None else None,
            "post": given.post,
            "show": "period" if given.period else None,
            "since": given.since,
            "until": given.until,
            "change": given.change if given.period and given.change != "all" else None,
            "on": given.on if given.on != today() and not given.period else None,
            **changes,
        }
        return url_for(
            "members.offices", **{key: value for key, value in values.items() if value is not None}
        )

    def place(at: tuple[str, int, int] | None) -> str | None:
        return f"{at[2]}~{at[1]}~{at[0]}" if at else None

    return render_template(
        "members/offices.html",
        unit=unit,
        given=given,
        page=page,
        took=total_text(took, whole=False),
        left=total_text(left, whole=False),
        other_line=queries.other_line(given.line) if unit is None else None,
        posts=post_choices(given.line),
        address=address,
        next=address(after=place(page.after)) if page.after else None,
        previous=address(before=place(page.before)) if page.before else None,
        today=today(),
    )
