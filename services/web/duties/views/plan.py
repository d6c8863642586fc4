"""The plan of a year."""

import re
import secrets
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.duties.actions import (
    adopt_pack,
    order_plan,
)
from shared.duties.periods import period_label
from shared.duties.queries import PlanFilter, plan_page, planned_kinds
from shared.duties.queries.plans import States
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict
from shared.events.kinds import KINDS, TERM_KINDS
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import open_tenant

blueprint = Blueprint("duties", __name__)

SHOWS: dict[str, States] = {"coming": "coming", "done": "done", "withdrawn": "withdrawn", "all": "all"}


def _number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _year() -> int:
    asked = _number("year")
    return asked if asked is not None and 2000 <= asked <= 2199 else today().year


def _after() -> tuple[date, int] | None:
    day, _colon, key = request.args.get("after", "").partition(":")
    try:
        return (date.fromisoformat(day), int(key)) if re.fullmatch(r"\d{1,15}", key, re.ASCII) else None
    except ValueError:
        return None


def _address(**changes: Any) -> str:
    kept: dict[str, Any] = {key: request.args[key] for key in request.args if key != "after"}
    kept.update(changes)
    return url_for("duties.index", **kept)


def filter_asked() -> tuple[Unit | None, PlanFilter]:
    """The filter of the plan as the address says it, and its unit."""
    unit_id, kind = _number("unit_id"), request.args.get("kind", "")
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_VIEW) if unit_id is not None else None
    return unit, PlanFilter(
        year=_year(),
        unit_id=unit.id if unit else None,
        kind=kind if kind in KINDS else None,
        show=SHOWS.get(request.args.get("show", ""), "missing"),
        after=_after(),
    )


@blueprint.get("/duties")
@requires(Permission.DUTY_VIEW)
def index() -> str:
    """The plan of a year, what is missing first."""
    unit, given = filter_asked()
    year = given.year
    items, counts, after = plan_page(actor(), given)
    on = today()
    return render_template(
        "duties/index.html",
        items=items,
        counts=counts,
        after=after,
        given=given,
        unit=unit,
        on=on,
        years=[(one, _("Year %(year)s", year=one)) for one in range(on.year + 1, on.year - 4, -1)],
        kinds=[(one, str(KINDS[one].name)) for one in (*planned_kinds(actor(), year), *TERM_KINDS)],
        scopes=scope_units(actor(), Permission.DUTY_VIEW),
        address=_address,
        may_plan=actor().may(Permission.DUTY_PLAN),
        may_take_in=actor().may(Permission.PLAN_EDIT),
        may_record=actor().may(Permission.DUTY_RECORD),
        form_key=secrets.token_hex(12),
        period_label=period_label,
        reasons=withdrawn_words(),
    )


def withdrawn_words() -> dict[str, str]:
    """Why a due item is no longer asked."""
    return {
        "dissolved": _("The unit was dissolved"),
        "merged": _("Another unit continues and owes the same"),
        "handed_over": _("The unit went to an organisation outside"),
        "not_asked": _("No rule asks it any more"),
        "import_undone": _("The import that brought the unit was undone"),
        "held_before_reform": _("Held before the reorganisation"),
        "date_changed": _("The end of the term was changed"),
        "date_entered": _("The end of the term was entered"),
    }


@blueprint.post("/duties/plan")
@requires(Permission.DUTY_PLAN)
def plan() -> Response:
    """Plan a year in the background. A form sent twice is one job."""
    year = _year()
    try:
        with transaction():
            adopt_pack(actor(), pack=open_tenant().kind)
            order_plan(actor(), year=year, form_key=request.form.get("form_key") or None)
    except Conflict:
        flash(_("This planning is already under way."), "run")
    else:
        flash(
            {  # type: ignore[arg-type]
                "title": _("The plan of %(year)s is being made", year=year),
                "text": _("This page may be left; the result is kept among the background jobs."),
                "address": url_for("jobs.index"),
                "word": _("Background jobs"),
            },
            "run",
        )
    return redirect(url_for("duties.index", year=year), 303)
