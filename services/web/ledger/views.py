"""Pages of the ledger: the matrix, one unit's year, the leader's overview."""

import re
import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import now, today
from shared.duties.periods import period_label, quarter_sign
from shared.duties.queries import DueFilter, MatrixFilter, matrix, overview, planned_kinds, unit_ledger
from shared.duties.queries.matrix import View
from shared.duties.queries.scopes import own_unit, scope_units
from shared.events.kinds import KINDS
from shared.exports.lists.ledger import OverviewFilter, cell_words
from shared.i18n import _
from shared.organisations.models import Unit
from shared.reminders.queries.press import press_preview

blueprint = Blueprint("ledger", __name__)

VIEWS: dict[str, View] = {"only": "only", "tree": "tree"}


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
    return unit, MatrixFilter(
        year=year_asked(),
        unit_id=unit.id if unit else None,
        kinds=chosen,
        view=VIEWS.get(request.args.get("view", ""), "missing"),
        after=_after(),
    )


def overview_asked() -> tuple[Unit | None, OverviewFilter]:
    """The year and the unit of the overview."""
    unit = _unit(number("unit_id"))
    return unit, OverviewFilter(year_asked(), unit.id if unit else None)


@blueprint.get("/ledger")
@requires(Permission.EVENT_VIEW)
def index() -> Response | str:
    """Units × kinds × periods, what is missing first."""
    own = own_unit(actor(), Permission.EVENT_VIEW)
    if own is not None and not request.args:
        return redirect(url_for("ledger.show", unit_id=own), 303)
    unit, given = filter_asked()
    year = given.year
    kinds = planned_kinds(actor(), year)
    page = matrix(actor(), given, all_kinds=kinds)
    due = DueFilter(year=year, unit_id=given.unit_id, kinds=tuple(page.kinds))
    reminding = actor().may(Permission.REMINDER_SEND) and page.overdue > 0
    return render_template(
        "ledger/index.html",
        page=page,
        given=given,
        unit=unit,
        kinds=[(kind, KINDS[kind].head) for kind in kinds],
        heads=_heads(page.columns),
        marks=cell_words(),
        years=years(),
        scopes=scope_units(actor(), Permission.EVENT_VIEW),
        due=due,
        preview=press_preview(actor(), due) if reminding else None,
        form_key=secrets.token_hex(12),
        may_record=actor().may(Permission.DUTY_RECORD),
        may_plan=actor().may(Permission.DUTY_PLAN),
        titles=[f"{period_label(column.period)}{KINDS[column.kind].name}" for column in page.columns],
        signs=[quarter_sign(column.period) for column in page.columns],
        counted=now(),
        address=_address,
    )


def _heads(columns: list[Any]) -> list[tuple[str, str, int]]:
    """The upper row: kind, how often, how many columns."""
    heads: list[tuple[str, str, int]] = []
    for column in columns:
        if heads and heads[-1][0] == column.kind:
            heads[-1] = (column.kind, heads[-1][1], heads[-1][2] + 1)
        else:
            heads.append((column.kind, "", 1))
    return [(KINDS[kind].head, _("monthly") if width == 12 else "", width) for kind, _often, width in heads]


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


@blueprint.get("/ledger/<int:unit_id>")
@requires(Permission.EVENT_VIEW)
def show(unit_id: int) -> str:
    """One unit's year; the paper is made of the same rows."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    year = year_asked()
    ledger = unit_ledger(unit.id, year)
    return render_template(
        "ledger/show.html",
        unit=unit,
        ledger=ledger,
        years=years(),
        year=year,
        marks=cell_words(),
        kinds=KINDS,
        signs=quarter_sign,
        on=today(),
        may_record=actor().can(Permission.DUTY_RECORD, unit.path),
        may_plan=actor().may(Permission.DUTY_PLAN),
        counted=now(),
    )
