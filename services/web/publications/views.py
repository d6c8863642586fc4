"""Pages of what is made public (党务公开): what is missing, public now or ended; a member's page; a sheet to print."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.publications import (
    CAP,
    ITEMS,
    KIND,
    SHOWN,
    Missing,
    PublicationFilter,
    Published,
    Suggested,
    last_of_items,
    missing,
    public_for,
    publication_counts,
    publications,
    published_in,
    suggested,
)
from shared.duties.queries.scopes import own_unit, scope_units
from shared.errors import NotFound
from shared.i18n import _
from shared.organisations.models import Unit

blueprint = Blueprint("publications", __name__, url_prefix="/publications")


def _after() -> tuple[date, int] | None:
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})_(\d{1,18})", request.args.get("after", ""), re.ASCII)
    try:
        return (date.fromisoformat(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def filter_asked() -> PublicationFilter:
    """The filter of the page, from its address; where nothing is missing it opens on what is public now."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    item, asked = request.args.get("item", ""), request.args.get("shown", "")
    given = PublicationFilter("missing", unit_id, item if item in ITEMS else None, _after())
    shown = next((one for one in SHOWN if one == asked), None)
    if shown is None:
        shown = "missing" if missing(actor(), PublicationFilter("missing", unit_id), size=1)[0] else "now"
    return PublicationFilter(shown, given.unit_id, given.item, given.after)


def _address(given: PublicationFilter, **changed: Any) -> str:
    values = {"shown": given.shown, "unit_id": given.unit_id, "item": given.item} | changed
    return url_for("publications.index", **{key: value for key, value in values.items() if value})


def _unit(given: PublicationFilter) -> Unit | None:
    """The one unit the page is about: that of the filter, or the reader's only one."""
    unit_id = given.unit_id or own_unit(actor(), Permission.EVENT_VIEW)
    return fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW) if unit_id is not None else None


def _records(unit: Unit) -> bool:
    """Whether the reader records publications of this unit."""
    return unit.line == "party" and unit.state == "active" and actor().can(Permission.DUTY_RECORD, unit.path)


def _form(unit_id: int, **filled: Any) -> str:
    return url_for("events.new", unit_id=unit_id, kind=KIND, **filled)


def _offered(unit: Unit, last: dict[str, Published]) -> list[tuple[Suggested, str, str, str | None]]:
    """Each suggestion with its words, the form filled for it, and the page it comes from."""
    found = []
    year = today().year
    for one in suggested(unit, year):
        subjects = {
            "elections": _("Result of the election of %(day)s", day=one.on),
            "admission": _("Members admitted in %(year)s", year=year),
            "dues": _("Dues collected and used in %(year)s", year=year),
        }
        filled = {**(last[one.item].again() if one.item in last else {}), "item": one.item}
        filled["subject"] = subjects[one.item]
        source = url_for("events.show", event_id=one.event_id) if one.item == "elections" else None
        if one.item == "dues" and actor().can(Permission.DUES_VIEW, unit.path):
            source = url_for("dues.publication", unit_id=unit.id, year=year)
        found.append((one, subjects[one.item], _form(unit.id, **filled), source))
    return found


@blueprint.get("")
@requires(Permission.EVENT_VIEW)
def index() -> str:
    given = filter_asked()
    unit = _unit(given)
    rows: list[Published] | list[Missing]
    rows, further = missing(actor(), given) if given.shown == "missing" else publications(actor(), given)
    may_record = unit is not None and _records(unit)
    last = last_of_items(unit.id) if unit is not None and may_record else {}
    return render_template(
        "publications/index.html",
        given=given,
        unit=unit,
        rows=rows,
        counts=publication_counts(actor(), given),
        cap=CAP,
        on=today(),
        units=[
            ("", _("All units")),
            *((key, "　" * depth + name) for key, name, depth in scope_units(actor(), Permission.EVENT_VIEW)),
        ],
        items=[("", _("All items")), *((code, str(word)) for code, word in ITEMS.items())],
        tallies={shown: _address(given, shown=shown) for shown in SHOWN},
        further=_address(given, after=f"{further[0].isoformat()}_{further[1]}") if further else None,
        first=_address(given) if given.after else None,
        may_record=may_record,
        again=[(one, _form(one.unit_id, **one.again())) for one in last.values()],
        afresh=_form(unit.id) if unit is not None and may_record else None,
        offered=_offered(unit, last) if unit is not None and may_record else [],
        can_record=lambda row: actor().can(Permission.DUTY_RECORD, row.unit_path),
        form_again=lambda row: _form(row.unit_id, **row.again()),
        dues_sheet=url_for("dues.publication", unit_id=unit.id)
        if unit is not None and actor().can(Permission.DUES_VIEW, unit.path)
        else None,
        may_rule=actor().can(Permission.RULE_EDIT),
    )


@blueprint.get("/mine")
@requires(Permission.SELF)
def mine() -> str:
    """What is public now in the units I belong to."""
    person_id = actor().person_id
    if person_id is None:
        raise NotFound(_("There is no person behind this account."))
    return render_template("publications/mine.html", rows=public_for(person_id), on=today())


@blueprint.get("/units/<int:unit_id>/sheet")
@requires(Permission.EVENT_VIEW)
def sheet(unit_id: int) -> str:
    """What a unit made public in a year, to print and to put up."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    text, this = request.args.get("year", ""), today().year
    year = int(text) if re.fullmatch(r"2[01]\d\d", text, re.ASCII) else this
    return render_template(
        "publications/sheet.html",
        unit=unit,
        year=year,
        years=[(one, _("Year %(year)s", year=one)) for one in range(this, this - 5, -1)],
        rows=published_in(unit.id, year),
        on=today(),
    )
