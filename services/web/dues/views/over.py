"""A month over all units in reach; who has long not paid."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dues.views.routes import (
    blueprint,
    lines_in_reach,
    month_asked,
    month_choices,
    scope_asked,
    show_asked,
)
from services.web.edge import actor, requires
from services.web.fields import Form
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dues.actions.sheets import check_month, draw_sheets, note_drawn
from shared.dues.classes import STREAMS
from shared.dues.jobs import DRAW
from shared.dues.money import first_of, show_month
from shared.dues.queries.overview import month_counts, undrawn_units, unit_months
from shared.dues.queries.reliefs import waiting_reliefs
from shared.dues.queries.unpaid import LONG, long_unpaid
from shared.duties.queries.scopes import own_unit, scope_units
from shared.errors import Invalid
from shared.i18n import _
from shared.jobs import enqueue

#: Units drawn up at once; more are a job.
AT_ONCE = 60


@blueprint.get("")
@requires(Permission.DUES_VIEW)
def index() -> str | Response:
    """Whoever keeps one unit comes to its month at once; everybody else sees who has not drawn up or closed."""
    me = actor()
    scope, unit = scope_asked()
    own = own_unit(me, Permission.DUES_VIEW)
    if own is not None and unit is None:
        return redirect(url_for("dues.sheet", unit_id=own), 303)
    month = month_asked()
    counts = month_counts(me, scope, month)
    shown = show_asked(counts)
    rows, after = unit_months(me, scope, month, show=shown, after=request.args.get("after", "")[:2000])

    def address(**changes: Any) -> str:
        values = {
            "month": show_month(month),
            "unit_id": unit.id if unit else None,
            "line": scope.line,
            "show": shown,
        } | changes
        return url_for("dues.index", **{key: value for key, value in values.items() if value is not None})

    return render_template(
        "dues/index.html",
        scope=scope,
        unit=unit,
        month=month,
        shown=shown,
        counts=counts,
        rows=rows,
        next=address(after=after) if after else None,
        first=address() if request.args.get("after") else None,
        address=address,
        months=month_choices(first_of(today())),
        scopes=scope_units(me, Permission.DUES_VIEW),
        lines=lines_in_reach(),
        streams=STREAMS,
        to_draw=len(undrawn_units(me, scope, month)) if month <= first_of(today()) else 0,
        waiting=waiting_reliefs(me, scope),
        may_edit=me.may(Permission.DUES_EDIT),
    )


@blueprint.post("/draw")
@requires(Permission.DUES_EDIT)
def draw_below() -> Response:
    """Draw up a month for every unit of the filter that is not closed; many as a job."""
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    scope, unit = scope_asked()
    month = month_asked()
    check_month(month)
    unit_ids = undrawn_units(actor(), scope, month)
    if len(unit_ids) > AT_ONCE:
        with transaction():
            job = enqueue(
                actor(),
                DRAW,
                args={"month": month.isoformat(), "unit_ids": unit_ids},
                subject=show_month(month),
                unit_id=unit.id if unit else None,
            )
        return redirect(url_for("jobs.show", job_id=job.id), 303)
    with transaction():
        drawn = draw_sheets(actor(), unit_ids=unit_ids, month=month)
        if drawn.sheets:
            note_drawn(actor(), month=month, drawn=drawn)
    flash(_("%(units)s units drawn up with %(lines)s lines.", units=drawn.sheets, lines=drawn.lines), "ok")
    return redirect(
        url_for("dues.index", month=show_month(month), unit_id=unit.id if unit else None, line=scope.line),
        303,
    )


def _place() -> tuple[str, str, int]:
    """A place in the list, 'id~path~name key'; what cannot be read is its beginning."""
    key, _first, rest = request.args.get("after", "").partition("~")
    path, _second, name = rest.partition("~")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return ("", "", 0)
    return path[:2000], name[:400].replace("\0", ""), int(key)


@blueprint.get("/unpaid")
@requires(Permission.DUES_VIEW)
def unpaid() -> str:
    """Who has paid nothing for six months or more: for the committee to talk with, in the order of units and names."""
    scope, unit = scope_asked()
    rows, after = long_unpaid(actor(), scope, after=_place())
    return render_template(
        "dues/unpaid.html",
        rows=rows,
        scope=scope,
        unit=unit,
        long=LONG,
        next=url_for(
            "dues.unpaid",
            line=scope.line,
            unit_id=unit.id if unit else None,
            after=f"{after[2]}~{after[0]}~{after[1]}",
        )
        if after
        else None,
    )
