"""The list of tables, the list of what is to be filled in, and what the page of today says of them."""

from flask import render_template, request
from sqlalchemy import select

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.returns.views.routes import blueprint
from services.web.returns.words import COLOURS, filling_states, table_states, views
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db
from shared.duties.queries.scopes import scope_units
from shared.errors import Forbidden, NotFound
from shared.i18n import _
from shared.organisations.models import Unit
from shared.returns.models import ReturnTable
from shared.returns.queries.lists import (
    STATES,
    VIEWS,
    FillingFilter,
    filling_counts,
    fillings,
    kept_units,
    seen_tables,
    tables,
)
from shared.returns.queries.today import AtHand, at_hand


def after_asked() -> tuple[int, str] | None:
    """The last row before this page: the table and the unit's path."""
    key, _sep, path = request.args.get("after", "").partition("_")
    found = person_key(key)
    return (found, path[:600]) if found is not None and path.replace(".", "").isdigit() else None


def filter_asked(return_id: int | None = None) -> FillingFilter:
    """The filter of the list as the address says it."""
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.RETURN_VIEW)
    view = request.args.get("view", "")
    asked = return_id if return_id is not None else person_key(request.args.get("return_id"))
    if asked is not None:
        table_seen(asked)
    return FillingFilter(
        view=view if view in VIEWS else "waiting",
        return_id=asked,
        unit_id=unit_id,
        own=request.args.get("own") == "1",
        after=after_asked(),
    )


def table_seen(return_id: int, *, lock: bool = False) -> ReturnTable:
    """A table of a unit in reach, or one of which a copy lies in reach."""
    statement = select(ReturnTable, seen_tables(actor())).where(ReturnTable.id == return_id)
    if lock:
        statement = statement.with_for_update(of=ReturnTable).execution_options(populate_existing=True)
    found = db.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if not found[1]:
        raise Forbidden(_("This belongs to a unit outside your duties."))
    table: ReturnTable = found[0]
    return table


@blueprint.get("")
@requires(Permission.RETURN_VIEW)
def index() -> str:
    """What is to be filled in for whoever fills in; else the tables that were sent out."""
    wanted = request.args.get("what", "")
    mine = (
        wanted == "fill" if wanted else bool(kept_units(actor())) and not actor().may(Permission.RETURN_ISSUE)
    )
    common = {
        "mine": mine,
        "may_issue": actor().may(Permission.RETURN_ISSUE),
        "fills": bool(kept_units(actor())),
    }
    if mine:
        given = filter_asked()
        rows, more = fillings(actor(), given)
        kept = {key: request.args[key] for key in ("unit_id", "own") if request.args.get(key)}
        return render_template(
            "returns/to_fill.html",
            rows=rows,
            given=given,
            kept=kept,
            counts=filling_counts(actor(), given),
            further=f"{more[0]}_{more[1]}" if more else None,
            scopes=scope_units(actor(), Permission.RETURN_VIEW),
            views=views(),
            states=filling_states(),
            colours=COLOURS,
            **common,
        )
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    found, before = tables(actor(), state=state, before=person_key(request.args.get("before")))
    return render_template(
        "returns/index.html", rows=found, more=before, state=state, states=table_states(), **common
    )


@blueprint.app_template_global("returns_at_hand")
def returns_at_hand() -> AtHand | None:
    """Tables to fill in and tables on their way, for the page of today; None where there is nothing."""
    found = at_hand(actor())
    return found if found.rows or found.issued else None
