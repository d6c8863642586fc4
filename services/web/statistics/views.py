"""Statistics of organisations and members as of a day; each number opens into its rows."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select

from services.web.edge import actor, requires
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.queries.scopes import scope_units
from shared.errors import Forbidden, Invalid
from shared.i18n import _
from shared.members.queries import other_line
from shared.organisations.models import Unit
from shared.statistics.figures import FIGURES
from shared.statistics.queries import Behind, Scope, counts_people, people_page, places_page, statistics

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")
#: No organisation of this program is older.
FIRST_DAY = date(1921, 7, 1)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def day_asked() -> date:
    """The day of the address; today where none is named. Raises Invalid for what is no day, or has not come."""
    text = request.args.get("on", "").strip()[:20]
    if not text:
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("This is not a date: %(text)s", text=text)) from None
    if not FIRST_DAY <= day <= today():
        raise Invalid(_("Statistics are of a day up to today."))
    return day


def behind_asked() -> Behind:
    """The scope and, where a row is named, the number of the address. The unit comes through the door."""
    who = actor()
    if not who.reaches(Permission.MEMBER_VIEW):
        raise Forbidden(_("Your role reaches no unit."))
    unit_id = _number("unit_id")
    unit = fetch(Unit, unit_id, actor=who, may=Permission.MEMBER_VIEW) if unit_id is not None else None
    line = request.args.get("line", "")
    if unit is not None:
        line = unit.line
    elif line not in ("party", "union"):
        line = "union" if who.tenant_kind == "union" else "party"
    figure, key = request.args.get("figure", ""), request.args.get("key", "")[:60].replace("\0", "")
    if figure not in FIGURES or line not in FIGURES[figure].lines:
        figure, key = "", ""
    return Behind(
        line, day_asked(), unit.id if unit else None, unit.path if unit else None, figure=figure, key=key
    )


def scope_asked() -> Scope:
    return behind_asked().scope


def address(endpoint: str = "statistics.index", **changes: Any) -> str:
    """A page of the same scope with something changed; None takes it away."""
    kept = {name: request.args[name] for name in ("unit_id", "line", "on") if request.args.get(name)}
    values = {name: value for name, value in {**kept, **changes}.items() if value not in (None, "")}
    return url_for(endpoint, **values)


def opened(figure: str, key: str) -> str:
    """The page of the rows behind one number."""
    page = "statistics.people" if counts_people(figure) else "statistics.places"
    return address(page, figure=figure, key=key)


def _common(behind: Behind) -> dict[str, Any]:
    unit_id = behind.unit_id
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.MEMBER_VIEW) if unit_id else None
    return {
        "unit": unit,
        "given": behind,
        "on": behind.on,
        "present": behind.scope.present,
        "today": today(),
        "union": behind.line == "union",
        "address": address,
        "opened": opened,
    }


def _printed(behind: Behind) -> int | None:
    """The unit whose statistics are printed: the one in view, or the top of what the actor reaches of the line."""
    if behind.unit_id is not None:
        return behind.unit_id
    return db.session.scalar(
        select(Unit.id)
        .where(
            Unit.state == "active",
            Unit.line == behind.line,
            reach_filter(actor(), Permission.MEMBER_VIEW, Unit.path),
        )
        .order_by(Unit.path)
        .limit(1)
    )


@blueprint.get("")
@requires(Permission.MEMBER_VIEW)
def index() -> str:
    """Every table of the scope."""
    behind = behind_asked()
    return render_template(
        "statistics/index.html",
        found=statistics(actor(), behind.scope),
        scopes=scope_units(actor(), Permission.MEMBER_VIEW),
        printed=_printed(behind),
        other=other_line(behind.line) if behind.unit_id is None else None,
        **_common(behind),
    )


@blueprint.get("/people")
@requires(Permission.MEMBER_VIEW)
def people() -> str:
    """The people behind one number, fifty a page."""
    behind = behind_asked()
    if not counts_people(behind.figure):
        raise Invalid(_("This number counts units."))
    number, _tilde, name_key = request.args.get("after", "").partition("~")
    after = (name_key[:400].replace("\0", ""), int(number)) if re.fullmatch(r"[0-9]{1,18}", number) else None
    rows, more = people_page(actor(), behind, after=after)
    return render_template(
        "statistics/people.html",
        rows=rows,
        next=address("statistics.people", figure=behind.figure, key=behind.key, after=f"{more[1]}~{more[0]}")
        if more
        else None,
        figure=FIGURES.get(behind.figure),
        **_common(behind),
    )


@blueprint.get("/units")
@requires(Permission.MEMBER_VIEW)
def places() -> str:
    """The units behind one number, fifty a page in the order of the tree."""
    behind = behind_asked()
    if behind.figure and counts_people(behind.figure):
        raise Invalid(_("This number counts people."))
    text = request.args.get("after", "")
    after = text if len(text) < 600 and re.fullmatch(r"([0-9]{10}\.)+", text) else None
    rows, more = places_page(actor(), behind, after=after)
    return render_template(
        "statistics/places.html",
        rows=rows,
        next=address("statistics.places", figure=behind.figure, key=behind.key, after=more) if more else None,
        figure=FIGURES.get(behind.figure),
        **_common(behind),
    )
