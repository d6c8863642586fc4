"""Where the pages of contacts are registered, and what their addresses share."""

from flask import Blueprint, request

from services.web.edge import actor
from services.web.events.forms import person_key
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.organisations.models import Unit

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")

FIRST_YEAR = 2000
LAST_YEAR = 2199


def year_asked() -> int:
    """The year of the address, or this one."""
    year = person_key(request.args.get("year"))
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else today().year


def years() -> list[int]:
    """Years offered: this one and the four before."""
    return [today().year - back for back in range(5)]


def unit_asked() -> int | None:
    """The unit that the address narrows the list to; it must be in reach."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.DEED_VIEW)
    return unit_id


def one_of(name: str, some: object, otherwise: str) -> str:
    """A word of the address, if it is one of those."""
    value = request.args.get(name, "")
    return value if value in some else otherwise  # type: ignore[operator]


def key_pair(text: str) -> tuple[str, int] | None:
    """The two halves of a keyset's mark, the second a number."""
    first, _sep, second = text.rpartition("_")
    number = person_key(second)
    return (first, number) if number is not None and first else None
