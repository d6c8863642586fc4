"""Where the pages of study are registered, and what their addresses say."""

from typing import Any

from flask import Blueprint, request, url_for

from services.web.edge import actor
from services.web.events.forms import person_key
from services.web.shell import section_tabs
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.scopes import scope_units
from shared.i18n import _
from shared.organisations.models import Unit

blueprint = Blueprint("study", __name__, url_prefix="/study")


def year_asked() -> int:
    """The year of the address, or this one."""
    text = request.values.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return year if 2000 <= year <= 2199 else today().year


def unit_asked() -> Unit | None:
    """The unit of the address, within the reach."""
    unit_id = person_key(request.args.get("unit_id"))
    return fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW) if unit_id is not None else None


def after_asked() -> int | None:
    return person_key(request.args.get("after"))


def ticked(name: str = "line") -> list[int]:
    """The keys of the lines ticked, those that are none left out."""
    return [key for key in map(person_key, request.form.getlist(name)) if key is not None]


def years() -> list[tuple[int, str]]:
    on = today()
    return [(one, _("Year %(year)s", year=one)) for one in range(on.year, on.year - 4, -1)]


def address(endpoint: str, **kept: Any) -> str:
    return url_for(endpoint, **{key: value for key, value in kept.items() if value not in (None, "", False)})


def views_of(year: int, unit: Unit | None) -> list[tuple[str, str, bool]]:
    """The three lists of the section, with the filter carried along."""
    kept = {"year": year, "unit_id": unit.id if unit else None}
    return [
        (word, address(endpoint, **kept), request.endpoint == endpoint)
        for endpoint, word in (
            ("study.index", _("To be made up")),
            ("study.entries", _("Hours to sign")),
            ("study.units", _("Hours by unit")),
        )
    ]


def filters_of(year: int, unit: Unit | None) -> dict[str, Any]:
    """What the filters of each list show."""
    scopes = [
        (key, "　" * max(depth - 1, 0) + name)
        for key, name, depth in scope_units(actor(), Permission.EVENT_VIEW)
    ]
    if unit is not None and unit.id not in {key for key, _name in scopes}:
        scopes.append((unit.id, unit.name))
    return {
        "year": year,
        "unit": unit,
        "years": years(),
        "scopes": [("", _("All units")), *scopes],
        "sub_views": views_of(year, unit),
        # All three lists are the section's tab of study.
        "section": [
            (word, there, there == url_for("study.index"), count)
            for word, there, _here, count in section_tabs("ledger")
        ],
    }
