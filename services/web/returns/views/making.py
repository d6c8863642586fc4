"""Making a table: its columns by hand, from last time's, or from the heads of a sheet; and how it will look."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.returns.forms import TableForm, column_fields, column_lines, sent_columns
from services.web.returns.views.routes import blueprint
from services.web.returns.views.workbook import sheet_sent
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, TooLarge
from shared.i18n import _
from shared.organisations.models import Unit
from shared.returns.actions.drafts import change_table, item_asked, make_table
from shared.returns.columns import Column, columns_of
from shared.returns.columns.known import known_of
from shared.returns.models import ReturnTable
from shared.returns.workbook.reading import read_columns


def _own_units() -> list[tuple[int, str]]:
    """Units in whose name the person may send a table out, the highest first."""
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.state == "active", reach_filter(actor(), Permission.RETURN_ISSUE, Unit.path))
        .order_by(Unit.path)
        .limit(300)
    )
    return [(row[0], row[1]) for row in rows]


def _page(
    form: TableForm,
    columns: list[Column],
    *,
    table: ReturnTable | None = None,
    start: ReturnTable | None = None,
    wrong: dict[str, object] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    item_id = person_key(form.plan_item_id.data)
    item = item_asked(actor(), item_id) if item_id is not None else None
    return (
        render_template(
            "returns/edit.html",
            form=form,
            fields=column_fields(),
            lines=column_lines(columns),
            wrong=wrong or {},
            table=table,
            start=start,
            item=item,
        ),
        status,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.RETURN_ISSUE)
@limiter.limit("240 per hour", methods=["POST"])
def new() -> Response | tuple[str, int]:
    """GET with from_id begins from a table sent out before. POST with a sheet reads its heads and shows them."""
    start_id = person_key(request.values.get("from_id"))
    start = (
        fetch(ReturnTable, start_id, actor=actor(), may=Permission.RETURN_ISSUE)
        if start_id is not None
        else None
    )
    units = _own_units()
    if request.method == "GET":
        form = TableForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            version="1",
            title=start.title if start else "",
            remark=start.remark if start else "",
            layout=start.layout if start else "row",
            unit_id=start.unit_id if start else (units[0][0] if units else None),
            plan_item_id=str(person_key(request.args.get("item_id")) or ""),
        )
        form.offer(units)
        return _page(form, columns_of(start.columns) if start else [], start=start)
    form = TableForm()
    form.offer(units)
    columns = sent_columns(request.form)
    if request.form.get("act") == "read":
        return _read(form, columns, start)
    if not form.validate() or not form.form_key.data:
        return _page(form, columns, start=start, status=422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.RETURN_ISSUE)
    try:
        with transaction():
            table, _fresh = make_table(
                actor(), unit=unit, words=form.words(columns), form_key=form.form_key.data, start=start
            )
            return_id = table.id
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, columns, start=start, wrong=problem.fields, status=422)
    return redirect(url_for("returns.preview", return_id=return_id), 303)


def _read(form: TableForm, columns: list[Column], start: ReturnTable | None) -> tuple[str, int]:
    """The heads of the sheet beside the columns that stand there; nothing is saved yet."""
    try:
        had = {one.label for one in columns}
        found = [one for one in read_columns(sheet_sent()) if one.label not in had]
    except (Invalid, TooLarge) as problem:
        form.form_errors.append(str(problem))
        return _page(form, columns, start=start, status=422)
    flash(_("%(n)s columns read from the sheet; look at their kinds.", n=len(found)), "ok")
    return _page(form, columns + found, start=start)


@blueprint.route("/<int:return_id>/edit", methods=["GET", "POST"])
@requires(Permission.RETURN_ISSUE)
def edit(return_id: int) -> Response | tuple[str, int]:
    """Change a table: freely as a draft, by adding once it was sent out."""
    sending = request.method == "POST"
    table = fetch(ReturnTable, return_id, actor=actor(), may=Permission.RETURN_ISSUE, lock=sending)
    unit = fetch(Unit, table.unit_id, actor=actor(), may=Permission.RETURN_ISSUE)
    if not sending:
        form = TableForm(
            formdata=None,
            version=str(table.version),
            title=table.title,
            remark=table.remark,
            layout=table.layout,
            unit_id=unit.id,
            plan_item_id=str(table.plan_item_id or ""),
        )
        form.offer([(unit.id, unit.name)])
        return _page(form, columns_of(table.columns), table=table)
    form = TableForm()
    form.offer([(unit.id, unit.name)])
    columns = sent_columns(request.form)
    if not form.validate():
        return _page(form, columns, table=table, status=422)
    try:
        with transaction():
            changed = change_table(
                actor(), table=table, words=form.words(columns), version=person_key(form.version.data) or 0
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, columns, table=table, wrong=problem.fields, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(table.version)
        return _page(form, columns_of(table.columns), table=table, status=409)
    flash(_("Saved.") if changed else _("Nothing was changed."), "ok")
    return redirect(
        url_for("returns.preview" if table.state == "draft" else "returns.show", return_id=return_id), 303
    )


@blueprint.get("/<int:return_id>/preview")
@requires(Permission.RETURN_ISSUE)
def preview(return_id: int) -> str:
    """The table as a unit will see it, with what is known of the issuing unit itself."""
    table = fetch(ReturnTable, return_id, actor=actor(), may=Permission.RETURN_ISSUE)
    unit = fetch(Unit, table.unit_id, actor=actor(), may=Permission.RETURN_ISSUE)
    columns = columns_of(table.columns)
    known = known_of(columns, [unit.id])[unit.id]
    return render_template(
        "returns/preview.html",
        table=table,
        unit=unit,
        columns=columns,
        known={one.key: known.get(one.known, "") for one in columns if one.known},
        many=table.layout == "list",
    )
