"""One unit's month: draw up, collect by exception, close."""

import secrets
from datetime import date
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dues.views.routes import blueprint, month_asked, month_choices, said, unit_at, unit_tabs
from services.web.edge import actor, requires
from services.web.fields import Form
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dues.actions.collecting import Differs, collect_month, take_back
from shared.dues.actions.sheets import close_sheet, draw_sheets
from shared.dues.classes import CLASSES, WAYS, class_name, way_name
from shared.dues.models import Receipt
from shared.dues.money import first_of, read_money, show_money, show_month, show_percent
from shared.dues.queries.rates import rounding
from shared.dues.queries.sheet import last_way, receipts_of, sheet_months, sheet_of
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _page(unit: Unit, month: date, *, problem: str = "", wrong: dict[str, object] | None = None) -> str:
    shown = sheet_of(unit, month, rounding())
    return render_template(
        "dues/sheet.html",
        unit=unit,
        month=month,
        data=shown,
        tabs_of=unit_tabs(unit, "dues.sheet"),
        months=month_choices(first_of(today())),
        states=sheet_months(unit.id, latest=first_of(today())),
        receipts=receipts_of(unit.id, month) if shown.sheet else [],
        classes=CLASSES,
        class_name=class_name,
        way_name=way_name,
        ways=WAYS,
        way=request.form.get("way") or last_way(unit.id),
        money=show_money,
        percent=show_percent,
        sent=request.form,
        form_key=request.form.get("form_key") or secrets.token_hex(12),
        may_edit=actor().can(Permission.DUES_EDIT, unit.path),
        begun=month <= first_of(today()),
        problem=problem,
        wrong=wrong or {},
    )


@blueprint.get("/units/<int:unit_id>")
@requires(Permission.DUES_VIEW)
def sheet(unit_id: int) -> str:
    return _page(unit_at(unit_id, Permission.DUES_VIEW), month_asked())


def _back(unit: Unit, month: date) -> Response:
    return redirect(url_for("dues.sheet", unit_id=unit.id, month=show_month(month)), 303)


@blueprint.post("/units/<int:unit_id>/draw")
@requires(Permission.DUES_EDIT)
def draw(unit_id: int) -> Response:
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    month = month_asked()
    with transaction():
        drawn = draw_sheets(actor(), unit_ids=[unit.id], month=month)
    if not drawn.sheets:
        flash(_("This month is closed already; it stays as it is."), "due")
    return _back(unit, month)


def _differs() -> Differs:
    """Who differs, read from the table: `absent` unpaid, `amount-<id>` another sum, `payer-<id>` who brought it.

    Raises Invalid naming the fields that hold no sum.
    """
    unpaid = {int(key) for key in request.form.getlist("absent") if key.isascii() and key.isdigit()}
    amounts: dict[int, Decimal] = {}
    payers: dict[int, str] = {}
    wrong: dict[str, object] = {}
    for name, value in request.form.items():
        what, _dash, key = name.partition("-")
        if not (key.isascii() and key.isdigit()) or not value.strip() or int(key) in unpaid:
            continue
        if what == "amount":
            try:
                amounts[int(key)] = read_money(value, field=name)
            except Invalid as problem:
                wrong |= problem.fields
        elif what == "payer":
            payers[int(key)] = value
    if wrong:
        raise Invalid(fields=wrong)
    return Differs(frozenset(unpaid), amounts, payers)


@blueprint.post("/units/<int:unit_id>/collect")
@requires(Permission.DUES_EDIT)
def collect(unit_id: int) -> str | Response | tuple[str, int]:
    """Everybody paid but who differs; `close` closes the month with it."""
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    month, closing = month_asked(), bool(request.form.get("close"))
    try:
        try:
            paid_on = date.fromisoformat(request.form.get("paid_on", ""))
        except ValueError:
            said_so = _("This is not a date: %(text)s", text=request.form.get("paid_on", "")[:20])
            raise Invalid(fields={"paid_on": said_so}) from None
        with transaction():
            receipt = collect_month(
                actor(),
                unit=unit,
                month=month,
                paid_on=paid_on,
                way=request.form.get("way", ""),
                form_key=request.form.get("form_key", "")[:64] or secrets.token_hex(12),
                differs=_differs(),
                or_nobody=closing,
            )
            total, people = (show_money(receipt.total), receipt.people) if receipt else ("0.00", 0)
            closed = closing and close_sheet(actor(), unit_id=unit.id, month=month)
    except (Invalid, Conflict) as problem:
        return _page(unit, month, problem=said(problem), wrong=problem.fields), problem.status
    flash(
        _("%(total)s yuan of %(people)s people collected; the month is closed.", total=total, people=people)
        if closed
        else _("%(total)s yuan of %(people)s people collected.", total=total, people=people),
        "ok",
    )
    return _back(unit, month)


@blueprint.post("/units/<int:unit_id>/close")
@requires(Permission.DUES_EDIT)
def close(unit_id: int) -> Response:
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    month = month_asked()
    with transaction():
        changed = close_sheet(actor(), unit_id=unit.id, month=month)
    flash(_("%(month)s is closed.", month=show_month(month)), "ok" if changed else "due")
    return _back(unit, month)


@blueprint.post("/receipts/<int:receipt_id>/back")
@requires(Permission.DUES_EDIT)
def take_receipt_back(receipt_id: int) -> Response:
    """Reverse a receipt as a whole, with a reason."""
    receipt = fetch(Receipt, receipt_id, actor=actor(), may=Permission.DUES_EDIT, lock=True)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    unit = unit_at(receipt.unit_id, Permission.DUES_EDIT)
    with transaction():
        take_back(actor(), unit=unit, receipt=receipt, reason=request.form.get("reason", ""))
    flash(_("Reversed; what it had paid is owed again."), "ok")
    return _back(unit, month_asked())
