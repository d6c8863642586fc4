"""The blueprint, and what all its pages read from the address: the unit, the year, what is missing or everything."""

import re
from typing import Any

from flask import Blueprint, request, url_for

from services.web.edge import actor
from services.web.shell import section_tabs
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.scopes import scope_units
from shared.events.queries.life import LifeFilter
from shared.events.queries.life.scope import Place
from shared.i18n import _
from shared.organisations.models import Unit

blueprint = Blueprint("life", __name__, url_prefix="/life")


def number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def year_asked() -> int:
    asked = number("year")
    return asked if asked is not None and 2000 <= asked <= today().year else today().year


def unit_asked() -> Unit | None:
    """The unit of the filter, through the door: a neighbour's is not there, a colleague's is refused."""
    key = number("unit_id")
    return None if key is None else fetch(Unit, key, actor=actor(), may=Permission.MEMBER_VIEW)


def filter_asked() -> tuple[Unit | None, LifeFilter]:
    unit = unit_asked()
    view = request.args.get("view")
    return unit, LifeFilter(
        year=year_asked(), path=unit.path if unit else None, view="all" if view == "all" else "missing"
    )


def place_asked() -> Place | None:
    """A place in a list of people, 'id~path~name_key'; whatever cannot be read counts as not given."""
    key, _one, rest = request.args.get("after", "").partition("~")
    path, _two, name_key = rest.partition("~")
    if not (re.fullmatch(r"\d{1,18}", key, re.ASCII) and re.fullmatch(r"(\d{10}\.){1,30}", path, re.ASCII)):
        return None
    return path, name_key[:400].replace("\0", ""), int(key)


def place_text(place: Place | None) -> str | None:
    return f"{place[2]}~{place[0]}~{place[1]}" if place else None


def address(**changes: Any) -> str:
    """This page with something changed; None takes it away; paging begins anew."""
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key != "after"}
    kept.update(changes)
    values = {key: value for key, value in kept.items() if value not in (None, "")}
    return url_for(request.endpoint or "life.index", **{**(request.view_args or {}), **values})


def parts_of_life() -> list[tuple[str, str, bool]]:
    """The pages beside each other, each with the unit and year in view."""
    kept: dict[str, Any] = {key: request.args[key] for key in ("unit_id", "year") if request.args.get(key)}
    pages = (
        ("life.index", _("Leaders in their own branch"), ("life.leader",)),
        ("life.lectures", _("Lectures by leaders"), ()),
        ("life.talks", _("Heart-to-heart talks"), ("life.talks_of",)),
        ("life.birthdays", _("Political birthdays of members"), ("life.cards",)),
    )
    return [
        (word, url_for(endpoint, **kept), request.endpoint in (endpoint, *within))
        for endpoint, word, within in pages
    ]


def common(unit: Unit | None, year: int) -> dict[str, Any]:
    """What every page of these hands its template."""
    this = today().year
    return {
        "unit": unit,
        "year": year,
        "years": [(one, _("Year %(year)s", year=one)) for one in range(this, this - 5, -1)],
        "scopes": scope_units(actor(), Permission.MEMBER_VIEW),
        "parts_of_life": parts_of_life(),
        # These pages are one tab of the ledger.
        "section_tabs_here": [
            (word, where, where == url_for("life.index"), count)
            for word, where, _here, count in section_tabs("ledger")
        ],
        "address": address,
        "may_record_at": lambda path: actor().can(Permission.DUTY_RECORD, path),
    }
