"""The blueprint of dues, and what its pages read from an address or a form."""

from datetime import date

from flask import Blueprint, request, url_for
from sqlalchemy import and_, select

from services.web.edge import actor
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.dues.money import first_of, months_on, read_month, show_month
from shared.dues.queries.overview import SHOWS, MonthCounts, Scope
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.models import Membership
from shared.organisations.models import Unit

blueprint = Blueprint("dues", __name__, url_prefix="/dues")


def number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def month_asked() -> date:
    """The month of the address or form; what is none means the present one."""
    return read_month(request.values.get("month", "")) or first_of(today())


def year_asked() -> int:
    """The year of the address or form; what is none means the present one."""
    text = request.values.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today().year
    return min(max(year, 2000), today().year)


def month_choices(latest: date, *, count: int = 24) -> list[tuple[str, str]]:
    return [(show_month(months_on(latest, -n)), show_month(months_on(latest, -n))) for n in range(count)]


def unit_at(unit_id: int, may: Permission, *, lock: bool = False) -> Unit:
    return fetch(Unit, unit_id, actor=actor(), may=may, lock=lock)


def lines_in_reach() -> list[str]:
    """The lines of the units that the actor sees dues of."""
    return sorted(
        db.session.scalars(
            select(Unit.line)
            .where(reach_filter(actor(), Permission.DUES_VIEW, Unit.path), Unit.state == "active")
            .distinct()
        )
    )


def scope_asked() -> tuple[Scope, Unit | None]:
    """Which units the address asks for: below a unit, or the whole reach on a line."""
    unit_id = number("unit_id")
    unit = unit_at(unit_id, Permission.DUES_VIEW) if unit_id is not None else None
    if unit is not None:
        return Scope(unit.line, unit.path), unit
    own = "union" if actor().tenant_kind == "union" else "party"
    line = request.values.get("line", own)
    return Scope(line if line in ("party", "union") else own), None


def show_asked(counts: MonthCounts) -> str:
    """Which units: what the address says, or what waits, or all where nothing does."""
    shown = request.args.get("show", "")
    if shown in SHOWS:
        return shown
    return "waiting" if counts.undrawn + counts.open else "all"


def unit_of(person_id: int, line: str, may: Permission) -> Unit:
    """The unit in reach to which a person belongs now. Raises Conflict where there is none."""
    for unit in units_of(person_id, may):
        if unit.line == line:
            return unit
    raise Conflict(_("This person belongs to no unit whose dues you keep."))


def units_of(person_id: int, may: Permission) -> list[Unit]:
    """The units in reach to which a person belongs now."""
    return list(
        db.session.scalars(
            select(Unit)
            .join(
                Membership,
                and_(Membership.tenant_id == Unit.tenant_id, Membership.unit_id == Unit.id),
            )
            .where(
                Membership.person_id == person_id,
                Membership.until.is_(None),
                reach_filter(actor(), may, Unit.path),
            )
            .order_by(Unit.line, Unit.path)
        )
    )


def unit_tabs(unit: Unit, here: str) -> list[tuple[str, str, bool, int]]:
    """The pages of one unit's dues."""
    pages = [
        ("dues.sheet", _("Month")),
        ("dues.bases", _("Bases")),
        ("dues.book", _("Book")),
        ("dues.turnover", _("Turn-over")),
        ("dues.publication", _("Publication")),
    ]
    if unit.line == "union":
        pages.insert(3, ("dues.employer", _("Employer's contribution")))
    return [(word, url_for(endpoint, unit_id=unit.id), endpoint == here, 0) for endpoint, word in pages]


def said(problem: Invalid | Conflict) -> str:
    """A refusal in one text, for a page whose fields are a table."""
    parts = [str(problem)] if str(problem) else []
    return " ".join([*parts, *(str(text) for text in problem.fields.values())])
