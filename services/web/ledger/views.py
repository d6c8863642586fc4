"""Pages of the ledger: the matrix, one unit's year, the leader's overview."""

import re
import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.ledger.words import cell_key, heads, now_marks, owing, row_said, row_strips, year_grid
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import now, today
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.duties.queries import (
    DueFilter,
    MatrixFilter,
    UnitLedger,
    matrix,
    overview,
    planned_kinds,
    unit_ledger,
)
from shared.duties.queries.matrix import HAVING, View
from shared.duties.queries.scopes import own_unit, scope_units, top_unit
from shared.errors import NotFound
from shared.events.kinds import KINDS
from shared.exports.lists.ledger import OverviewFilter, UnitYear, cell_words
from shared.i18n import _, lazy_
from shared.organisations.kinds import SECTORS
from shared.organisations.models import Unit
from shared.reminders.queries.press import press_preview

blueprint = Blueprint("ledger", __name__)

VIEWS: dict[str, View] = {"only": "only", "tree": "tree"}
LINES = {"party": lazy_("Party line"), "union": lazy_("Union line")}


def number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def year_asked() -> int:
    asked = number("year")
    return asked if asked is not None and 2000 <= asked <= 2199 else today().year


def years() -> list[tuple[int, str]]:
    this = today().year
    return [(year, _("Year %(year)s", year=year)) for year in range(this + 1, this - 4, -1)]


def _after() -> tuple[int, str] | None:
    overdue, _colon, path = request.args.get("after", "").partition(":")
    if not (
        re.fullmatch(r"\d{1,6}", overdue, re.ASCII) and re.fullmatch(r"(\d{10}\.){1,30}", path, re.ASCII)
    ):
        return None
    return int(overdue), path


def _unit(unit_id: int | None) -> Unit | None:
    """The unit of the filter, through the door: a neighbour's is not there, a colleague's is refused."""
    return None if unit_id is None else fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW)


def filter_asked() -> tuple[Unit | None, MatrixFilter]:
    """The filter of the matrix as the address says it, and its unit."""
    unit = _unit(number("unit_id"))
    chosen = tuple(
        kind for text in request.args.getlist("kinds") for kind in text.split(",") if kind in KINDS
    )
    line, sector, state = (request.args.get(name, "") for name in ("line", "sector", "state"))
    return unit, MatrixFilter(
        year=year_asked(),
        unit_id=unit.id if unit else None,
        kinds=chosen,
        view=VIEWS.get(request.args.get("view", ""), "missing"),
        after=_after(),
        line=line if line in LINES else None,
        sector=sector if sector in SECTORS else None,
        state=next((one for one in HAVING if one == state), None),
    )


def overview_asked() -> tuple[Unit | None, OverviewFilter]:
    """The year and the unit of the overview."""
    unit = _unit(number("unit_id"))
    return unit, OverviewFilter(year_asked(), unit.id if unit else None)


def unit_year_asked() -> UnitYear:
    """The unit and the year of one unit's ledger; where none is named, the own one or the top of the reach."""
    unit = _unit(number("unit_id") or top_unit(actor(), Permission.EVENT_VIEW))
    if unit is None:
        raise NotFound(_("There is nothing at this address."))
    return UnitYear(unit.id, year_asked())


@blueprint.get("/ledger")
@requires(Permission.EVENT_VIEW)
def index() -> Response | str:
    """Units × kinds × periods, what is missing first."""
    asked = cell_key(request.query_string.decode("latin-1"))
    if asked is not None:
        return redirect(_behind(asked), 303)
    own = own_unit(actor(), Permission.EVENT_VIEW)
    if own is not None and not request.args:
        return redirect(url_for("ledger.show", unit_id=own), 303)
    unit, given = filter_asked()
    year = given.year
    kinds = planned_kinds(actor(), year)
    page = matrix(actor(), given, all_kinds=kinds)
    due = DueFilter(
        year=year, unit_id=given.unit_id, kinds=tuple(page.kinds), line=given.line, sector=given.sector
    )
    # A press reaches what the list shows: not with a filter of which it knows nothing.
    reminding = actor().may(Permission.REMINDER_SEND) and page.overdue > 0 and given.state in (None, "late")
    return render_template(
        "ledger/index.html",
        page=page,
        given=given,
        unit=unit,
        kinds=[(kind, KINDS[kind].head) for kind in kinds],
        heads=heads(page.columns),
        strips=row_strips(page.columns, page.rows),
        now_marks=now_marks(page.columns),
        marks=cell_words(),
        years=years(),
        scopes=scope_units(actor(), Permission.EVENT_VIEW),
        lines=[(line, str(word)) for line, word in LINES.items()],
        sectors=[(sector, str(word)) for sector, word in SECTORS.items()],
        states=[(state, cell_words()[state][1]) for state in HAVING],
        due=due,
        preview=press_preview(actor(), due) if reminding else None,
        form_key=secrets.token_hex(12),
        may_plan=actor().may(Permission.DUTY_PLAN),
        owing=owing(page.columns, page.rows),
        counted=now(),
        address=_address,
    )


def _behind(due_item_id: int) -> str:
    """What a cell opens: the record, the form of what is open and asked now, else the unit's ledger."""
    item = fetch(DueItem, due_item_id, actor=actor(), may=Permission.EVENT_VIEW)
    if item.event_id is not None:
        return url_for("events.show", event_id=item.event_id)
    unit = fetch(Unit, item.unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    if item.returned_event_id is not None and not actor().can(Permission.DUTY_RECORD, unit.path):
        return url_for("events.show", event_id=item.returned_event_id)
    if item.state == "open" and item.opens_on <= today() and actor().can(Permission.DUTY_RECORD, unit.path):
        return url_for("events.record_form", due_item_id=item.id)
    return url_for("ledger.show", unit_id=unit.id, year=item.year, _anchor=f"d{item.id}")


def _address(**changes: Any) -> str:
    """This page with something changed; None takes it away."""
    kept: dict[str, Any] = {key: request.args.getlist(key) for key in request.args if key != "after"}
    kept.update(changes)
    return url_for(request.endpoint or "ledger.index", **(request.view_args or {}), **kept)


@blueprint.get("/ledger/overview")
@requires(Permission.EVENT_VIEW)
def over() -> str:
    """Units × months as a picture, and the same numbers as links."""
    unit, given = overview_asked()
    year = given.year
    rows, count = overview(actor(), year, unit_id=given.unit_id)
    return render_template(
        "ledger/overview.html",
        year=year,
        unit=unit,
        rows=rows,
        count=count,
        years=years(),
        scopes=scope_units(actor(), Permission.EVENT_VIEW),
        months=[period_label(f"{year}-{month:02d}") for month in range(1, 13)],
        counted=now(),
    )


#: What the numbers over the year open, and the signs of the rows behind each.
SHOWN = {
    "missing": ("late", "back"),
    "back": ("back",),
    "held": ("ok", "fix", "past"),
    "fix": ("fix",),
    "past": ("past",),
    "na": ("na",),
    "attendance": (),
}


@blueprint.get("/ledger/<int:unit_id>")
@requires(Permission.EVENT_VIEW)
def show(unit_id: int) -> str:
    """One unit's year; the paper is made of the same rows."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    year = year_asked()
    ledger = unit_ledger(unit.id, year, unit=unit)
    shown = request.args.get("show", "")
    shown = shown if shown in SHOWN else "missing"
    return render_template(
        "ledger/show.html",
        unit=unit,
        ledger=ledger,
        grid=year_grid(ledger),
        said=row_said,
        shown=shown,
        rows=ledger.signed(*SHOWN[shown]),
        counts=_counts(ledger),
        months=[period_label(f"{year}-{month:02d}") for month in range(1, 13)],
        this_month=today().month if today().year == year else 0,
        years=years(),
        year=year,
        marks=cell_words(),
        kinds=KINDS,
        on=today(),
        may_record=actor().can(Permission.DUTY_RECORD, unit.path),
        may_plan=actor().may(Permission.DUTY_PLAN),
        counted=now(),
        address=_address,
    )


def _counts(ledger: UnitLedger) -> list[tuple[str, str, str]]:
    """(what it opens, number, word): those of which there are none are left out, but for the first two."""
    present, due = ledger.attended
    numbers = [
        ("missing", len(ledger.signed(*SHOWN["missing"])), _("Missing")),
        ("held", len(ledger.signed(*SHOWN["held"])), _("Is recorded")),
        ("back", len(ledger.signed("back")), _("Returned")),
        ("fix", len(ledger.signed("fix")), _("Made up for")),
        ("past", len(ledger.signed("past")), _("From the old ledger")),
        ("na", len(ledger.signed("na")), _("Not asked")),
    ]
    found = [(key, str(n), word) for key, n, word in numbers if n or key in {"missing", "held"}]
    if due:
        found.append(("attendance", f"{present * 100 // due}%", _("Attendance")))
    return found
