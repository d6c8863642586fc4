"""The lists of what is wanting, and a unit's page of terms."""

import re
import secrets
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from services.web.edge import actor, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.accounts.actions.handover import HANDING
from shared.accounts.queries.handover import handovers_of
from shared.clock import today
from shared.duties.actions.terms.dates import stands_above
from shared.duties.queries.scopes import scope_units
from shared.duties.queries.terms import (
    SHOWS,
    Show,
    TermFilter,
    living_tenure,
    seated,
    tenures,
    term_counts,
    term_page,
    term_rule,
)
from shared.events.queries import last_event
from shared.i18n import _
from shared.members.posts import post_name
from shared.organisations.kinds import kind_name
from shared.organisations.models import Unit
from shared.reminders.queries.press import press_preview

blueprint = Blueprint("terms", __name__, url_prefix="/terms")


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _after() -> tuple[date, int] | None:
    day, _colon, key = request.args.get("after", "").partition(":")
    try:
        return (date.fromisoformat(day), int(key)) if re.fullmatch(r"\d{1,15}", key, re.ASCII) else None
    except ValueError:
        return None


def term_filter() -> TermFilter:
    """The list that the address names; what is late first."""
    asked = request.args.get("show", "")
    show: Show = next((one for one in SHOWS if one == asked), "overdue")
    return TermFilter(show, _number("unit_id"), _after())


def words(show: Show) -> str:
    return {
        "overdue": _("Term ended, no election"),
        "coming": _("Term ends soon"),
        "missing": _("End of the term not known"),
    }[show]


def filter_asked() -> tuple[Unit | None, TermFilter]:
    """The same with its unit, through the door."""
    given = term_filter()
    if given.unit_id is None:
        return None, given
    return fetch(Unit, given.unit_id, actor=actor(), may=Permission.UNIT_VIEW), given


@blueprint.get("")
@requires(Permission.UNIT_VIEW)
def index() -> str:
    """Units whose election is late, comes up, or whose term nobody has entered; one press reminds exactly those."""
    me = actor()
    unit, given = filter_asked()
    counts = term_counts(me, given.unit_id)
    rows, after = term_page(me, given)
    on = today()
    may_press = me.may(Permission.REMINDER_SEND) and bool(rows)
    due = given.due(on)
    query: dict[str, Any] = dict(due.fields())

    def address(**changes: Any) -> str:
        kept = {"show": given.show, "unit_id": given.unit_id} | changes
        return url_for("terms.index", **kept)

    return render_template(
        "terms/index.html",
        rows=rows,
        counts=[(counts[show], words(show), address(show=show), show == given.show) for show in SHOWS],
        said=words(given.show),
        given=given,
        unit=unit,
        on=on,
        scopes=scope_units(me, Permission.UNIT_VIEW),
        next=address(after=f"{after[0]}:{after[1]}") if after else None,
        preview=press_preview(me, due) if may_press else None,
        hidden={**due.fields(), "form_key": secrets.token_hex(12), "next": address()},
        press_address=url_for("reminders.preview", **query),
        kind_name=kind_name,
        may_edit=me.may(Permission.MEMBER_EDIT),
    )


@blueprint.get("/units/<int:unit_id>")
@requires(Permission.UNIT_VIEW)
def show(unit_id: int) -> str:
    """The terms of one unit, its committee, its hand-overs."""
    me = actor()
    unit = fetch(Unit, unit_id, actor=me, may=Permission.UNIT_VIEW)
    on = today()
    may_edit = unit.state == "active" and me.can(Permission.MEMBER_EDIT, unit.path)
    people = seated(unit.id)
    return render_template(
        "terms/show.html",
        unit=unit,
        on=on,
        rule=term_rule(unit, on),
        kind=kind_name(unit.kind),
        living=living_tenure(unit.id),
        tenures=tenures(unit.id),
        people=people,
        former=seated(unit.id, former=True)[:12],
        election=last_event(unit.id, "term_election"),
        handovers=handovers_of(unit.id) if may_edit else [],
        heirs=[(row.person_id, f"{row.name} · {row.post_name}") for row in people if row.code in HANDING],
        leavers=_leavers(unit.id) if may_edit else [],
        post_name=post_name,
        may_edit=may_edit,
        may_postpone=unit.term_ends_on is not None and stands_above(me, unit),
    )


def _leavers(unit_id: int) -> list[tuple[int, str]]:
    """Who held a leading office lately: from whom something may pass."""
    found: dict[int, str] = {}
    for row in seated(unit_id, former=True):
        if row.code in HANDING:
            found.setdefault(row.person_id, f"{row.name} · {row.post_name}")
    return list(found.items())[:6]
