"""The watch-list and the units that meet a condition."""

from datetime import date
from typing import Any

from flask import render_template, request

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.watchlist.views.routes import blueprint
from services.web.watchlist.words import STATES, VIEWS
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.scopes import scope_units
from shared.organisations.models import Unit
from shared.watchlist.conditions import conditions, named, said
from shared.watchlist.queries.ledger import candidates
from shared.watchlist.queries.lists import (
    CAP,
    WatchFilter,
    WatchRow,
    at_hand,
    entries,
    entry_counts,
    standing_at,
)


def _after() -> tuple[date, int] | None:
    day, _sep, key = request.args.get("after", "").partition("_")
    number = person_key(key)
    try:
        return (date.fromisoformat(day), number) if number is not None else None
    except ValueError:
        return None


def _unit_asked() -> Unit | None:
    unit_id = person_key(request.args.get("unit_id"))
    return fetch(Unit, unit_id, actor=actor(), may=Permission.FINDING_VIEW) if unit_id is not None else None


def filter_asked() -> WatchFilter:
    """The filter of the list as the address says it."""
    unit = _unit_asked()
    view = request.args.get("view", "")
    return WatchFilter(
        view=view if view in VIEWS else "standing", unit_id=unit.id if unit else None, after=_after()
    )


@blueprint.get("")
@requires(Permission.FINDING_VIEW)
def index() -> str:
    given = filter_asked()
    rows, more = entries(actor(), given)
    kept: dict[str, Any] = {"unit_id": given.unit_id} if given.unit_id else {}
    return render_template(
        "watchlist/index.html",
        rows=rows,
        given=given,
        kept=kept,
        counts=entry_counts(actor(), given),
        cap=CAP,
        further=f"{more[0].isoformat()}_{more[1]}" if more else None,
        scopes=scope_units(actor(), Permission.FINDING_VIEW),
        states=STATES,
        views=VIEWS,
        named=named,
        may_enter=actor().may(Permission.FINDING_EDIT),
    )


@blueprint.get("/candidates")
@requires(Permission.FINDING_VIEW)
def candidate_list() -> str:
    """Units in reach that meet a condition by the ledger and are not on the list, with what says so."""
    unit = _unit_asked()
    known = [one for one in conditions(today()) if one.ledger]
    key = next((one.key for one in known if one.key == request.args.get("condition")), None)
    after = request.args.get("after", "")
    # A path of the tree: digits and dots, nothing else.
    plain = after if after.isascii() and after.replace(".", "").isdigit() and len(after) < 400 else None
    rows, more = candidates(actor(), unit_path=unit.path if unit else "", key=key, after=plain)
    kept = {"unit_id": unit.id if unit else None, "condition": key}
    return render_template(
        "watchlist/candidates.html",
        rows=rows,
        further=more,
        kept={name: value for name, value in kept.items() if value},
        chosen=key,
        unit_id=unit.id if unit else None,
        known=known,
        scopes=scope_units(actor(), Permission.FINDING_VIEW),
        named=named,
        said=said,
        year=today().year,
        may_list=lambda path: actor().can(Permission.FINDING_EDIT, path),
    )


@blueprint.app_template_global("watch_at_hand")
def watch_at_hand() -> tuple[list[WatchRow], int]:
    """For today (watchlist/_today.html): the own units on the list, and how many wait for agreement."""
    return at_hand(actor())


@blueprint.app_template_global("watch_of")
def watch_of(unit: Unit) -> WatchRow | None:
    """That a unit stands on the list, for its page (watchlist/_unit.html): only in reach of FINDING_VIEW."""
    return standing_at(unit.id) if actor().can(Permission.FINDING_VIEW, unit.path) else None
