"""A table that was sent out: what has come, what it adds up to, who has not handed in yet."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.returns.forms import DayForm
from services.web.returns.views.lists import filter_asked, table_seen
from services.web.returns.views.routes import blueprint, speaks_for
from services.web.returns.words import COLOURS, cell_said, filling_states, table_states, views
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.duties.queries.scopes import scope_units, top_unit
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.models import PlanItem
from shared.returns.actions.filling import take_all
from shared.returns.models import ReturnTable
from shared.returns.queries.lists import FillingFilter, filling_counts, fillings
from shared.returns.queries.sums import figures, standings


def _top(table: ReturnTable, unit_id: int | None) -> Unit | None:
    """Below which unit the sums are broken down: the one asked for, the one that asks, else the first in reach."""
    key = unit_id
    if key is None:
        path = db.session.scalar(select(Unit.path).where(Unit.id == table.unit_id))
        inside = path is not None and actor().can(Permission.RETURN_VIEW, path)
        key = table.unit_id if inside else top_unit(actor(), Permission.RETURN_VIEW)
    return fetch(Unit, key, actor=actor(), may=Permission.RETURN_VIEW) if key is not None else None


@blueprint.get("/<int:return_id>")
@requires(Permission.RETURN_VIEW)
def show(return_id: int) -> str:
    """Within the reader's reach only: a unit between sees its own part."""
    table = table_seen(return_id)
    given = filter_asked(return_id)
    rows, more = fillings(actor(), given)
    top = _top(table, given.unit_id)
    groups = standings(actor(), table, top) if top is not None else []
    sums = figures(actor(), table, FillingFilter(view="all", return_id=table.id, unit_id=given.unit_id))
    kept: dict[str, Any] = {"unit_id": given.unit_id} if given.unit_id else {}
    speaks = speaks_for(table)
    item = (
        db.session.execute(select(PlanItem).where(PlanItem.id == table.plan_item_id)).scalar_one_or_none()
        if speaks and table.plan_item_id is not None
        else None
    )
    return render_template(
        "returns/show.html",
        table=table,
        asker=db.session.scalar(select(Unit.name).where(Unit.id == table.unit_id)),
        item=item,
        given=given,
        rows=rows,
        further=f"{more[0]}_{more[1]}" if more else None,
        kept=kept,
        counts=filling_counts(actor(), given),
        groups=groups,
        sums=sums,
        numbers=[one for one in sums if one.is_number],
        answers=[one for one in sums if not one.is_number],
        top=top,
        scopes=scope_units(actor(), Permission.RETURN_VIEW),
        views=views(),
        states=filling_states(),
        table_states=table_states(),
        colours=COLOURS,
        said=cell_said,
        speaks=speaks,
        reminds=actor().may(Permission.REMINDER_SEND),
        day=DayForm(formdata=None, version=str(table.version), due_on=table.due_on),
        form_key=secrets.token_hex(12),
    )


@blueprint.post("/<int:return_id>/take")
@requires(Permission.RETURN_ISSUE)
def take(return_id: int) -> Response:
    """Take in everything that has been handed in."""
    table = fetch(ReturnTable, return_id, actor=actor(), may=Permission.RETURN_ISSUE, lock=True)
    with transaction():
        taken = take_all(actor(), table=table, form_key=request.form.get("form_key", "")[:64] or "all")
    flash(_("%(n)s taken in.", n=taken), "ok" if taken else "run")
    return redirect(url_for("returns.show", return_id=return_id), 303)
