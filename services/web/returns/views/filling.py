"""A unit's copy: filled in on the page, kept, handed in; looked at, taken in or returned by whoever asked."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.returns.forms import DecideForm, FillForm, typed_rows
from services.web.returns.views.routes import blueprint, copy_in_reach, speaks_for
from services.web.returns.views.workbook import LARGEST
from services.web.returns.words import COLOURS, act_words, cell_said, filling_states, table_states
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.queries import names_of
from shared.i18n import _
from shared.organisations.models import Unit
from shared.returns.actions.filling import ACTS, WRITABLE, decide, hand_in, offered, save
from shared.returns.columns import Column, columns_of
from shared.returns.columns.checking import Row, check_rows
from shared.returns.columns.known import known_of
from shared.returns.models import Filling, ReturnTable
from shared.returns.queries.lists import colour, notes

Wrong = dict[tuple[int, str], str]


def _page(
    table: ReturnTable,
    filling: Filling,
    unit: Unit,
    *,
    form: FillForm | None = None,
    rows: list[Row] | None = None,
    wrong: Wrong | None = None,
    decision: DecideForm | None = None,
    refused: int = 0,
    status: int = 200,
) -> tuple[str, int]:
    columns = columns_of(table.columns)
    writes = (
        table.state == "issued"
        and filling.state in WRITABLE
        and actor().can(Permission.RETURN_FILL, unit.path)
    )
    before = offered(table, unit.id, columns) if writes else []
    if rows is None:
        rows = filling.rows
        if writes and request.args.get("offer") == "1":
            rows = _with_offer(rows, before, many=table.layout == "list")
    if wrong is None:
        # A kept draft says what does not fit yet; an untouched copy says nothing.
        wrong = check_rows(columns, filling.rows)[1] if writes and filling.saved_at else {}
    form = form or FillForm(
        formdata=None, form_key=secrets.token_hex(12), version=str(filling.version), note=filling.note
    )
    decision = decision or DecideForm(
        formdata=None, form_key=secrets.token_hex(12), version=str(filling.version)
    )
    given = filling.state not in WRITABLE
    story = notes(filling.id)
    return (
        render_template(
            "returns/fill.html",
            table=table,
            filling=filling,
            unit=unit,
            asker=db.session.scalar(select(Unit.name).where(Unit.id == table.unit_id)),
            columns=columns,
            known=_known(columns, filling, unit),
            form=form,
            decision=decision,
            rows=rows,
            wrong=wrong,
            refused=refused,
            writes=writes,
            many=table.layout == "list",
            offer=bool(before) and _with_offer(rows, before, many=table.layout == "list") != rows,
            acts=_acts(table, filling, unit) if given else [],
            story=story,
            returned=next((one for one in story if one.act == "return"), None)
            if filling.state == "returned"
            else None,
            handed_by=names_of([filling.handed_by]).get(filling.handed_by or 0, "")
            if filling.handed_by
            else "",
            states=filling_states(),
            table_states=table_states(),
            shade=COLOURS.get(colour(filling.state, table.due_on or today(), today()), ""),
            words=act_words(),
            said=cell_said,
            largest=LARGEST,
        ),
        status,
    )


def _known(columns: list[Column], filling: Filling, unit: Unit) -> dict[str, str]:
    """By key of column: as it stood when it was handed in, else as it is now."""
    if filling.state not in WRITABLE and filling.rows:
        return {one.key: filling.rows[0].get(one.key, "") for one in columns if one.known}
    found = known_of(columns, [unit.id])[unit.id]
    return {one.key: found.get(one.known, "") for one in columns if one.known}


def _with_offer(rows: list[Row], before: list[Row], *, many: bool) -> list[Row]:
    """Last time's values where nothing stands yet."""
    if many:
        return rows or before
    own = {key: text for key, text in (rows[0] if rows else {}).items() if text}
    return [(before[0] if before else {}) | own]


def _acts(table: ReturnTable, filling: Filling, unit: Unit) -> list[str]:
    """What the reader may do with a copy that has come: the asking unit takes in, a unit between checks."""
    if not actor().can(Permission.RETURN_ISSUE, unit.path):
        return []
    own = ("take", "return") if speaks_for(table) else ("check", "return")
    open_ = table.state == "issued"
    return [
        act
        for act in own
        if filling.state in ACTS[act][0]
        and (open_ or act != "return")
        and not (act == "check" and filling.checked)
    ]


@blueprint.get("/fillings/<int:filling_id>")
@requires(Permission.RETURN_VIEW)
def fill(filling_id: int) -> tuple[str, int]:
    """The copy: to fill in for whoever answers for the unit, to read for everybody else in reach."""
    return _page(*copy_in_reach(filling_id, may=Permission.RETURN_VIEW))


@blueprint.post("/fillings/<int:filling_id>")
@requires(Permission.RETURN_FILL)
@limiter.limit("600 per hour")
def fill_in(filling_id: int) -> Response | tuple[str, int]:
    """Keep what was typed, or hand it in; what does not fit stands beside its cell, and is kept."""
    table, filling, unit = copy_in_reach(filling_id, may=Permission.RETURN_FILL, lock=True)
    columns = columns_of(table.columns)
    form = FillForm()
    typed = typed_rows(request.form, columns, many=table.layout == "list")
    again: dict[str, Any] = {"form": form, "rows": typed.rows}
    if not form.validate() or not form.form_key.data:
        return _page(table, filling, unit, **again, wrong=check_rows(columns, typed.rows)[1], status=422)
    handing = request.form.get("act") == "hand_in"
    version = person_key(form.version.data) or 0
    try:
        with transaction():
            wrong = (
                hand_in(
                    actor(),
                    table=table,
                    filling=filling,
                    typed=typed,
                    version=version,
                    form_key=form.form_key.data,
                )
                if handing
                else save(actor(), table=table, filling=filling, typed=typed, version=version)
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(table, filling, unit, **again, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(filling.version)
        return _page(table, filling, unit, **again, status=409)
    if handing and wrong:
        form.version.data = str(filling.version)
        rows = filling.rows or ([{}] if table.layout == "row" else [])
        return _page(table, filling, unit, form=form, rows=rows, wrong=wrong, refused=len(wrong), status=422)
    if handing:
        flash(_("Handed in."), "ok")
    elif wrong:
        flash(_("Kept; %(n)s cells need another look before it can be handed in.", n=len(wrong)), "due")
    else:
        flash(_("Kept; not handed in yet."), "ok")
    return redirect(url_for("returns.fill", filling_id=filling_id), 303)


@blueprint.post("/fillings/<int:filling_id>/decide", endpoint="decide")
@requires(Permission.RETURN_ISSUE)
def decide_on(filling_id: int) -> Response | tuple[str, int]:
    """Take in, return with a remark, or (a unit between) note that it was looked at."""
    table, filling, unit = copy_in_reach(filling_id, may=Permission.RETURN_ISSUE, lock=True)
    form = DecideForm()
    act = request.form.get("act", "")
    if act not in ACTS:
        raise Conflict(_("This step cannot follow; look at the table again."))
    if act != "return" and (act == "take") != speaks_for(table):
        raise Forbidden(_("Whoever asked for this table takes it in."))
    if not form.validate() or not form.form_key.data:
        return _page(table, filling, unit, decision=form, status=422)
    try:
        with transaction():
            decide(
                actor(),
                table=table,
                filling=filling,
                act=act,
                remark=form.remark.data or "",
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(table, filling, unit, decision=form, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(filling.version)
        return _page(table, filling, unit, decision=form, status=409)
    flash(_("Noted: %(act)s", act=act_words()[act]), "ok")
    return redirect(url_for("returns.fill", filling_id=filling_id), 303)
