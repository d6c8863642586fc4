"""The employer's contribution to a union, month by month."""

import secrets
from datetime import date
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dues.forms import EmployerForm
from services.web.dues.views.routes import blueprint, said, unit_at, unit_tabs, year_asked
from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dues.actions.employer import employer_paid, enter_wages
from shared.dues.actions.rates import adopt_rates
from shared.dues.money import MOST_OF_A_UNIT, first_of, read_money, show_money, show_month, show_percent
from shared.dues.queries.book import employer_year
from shared.dues.queries.rates import split_on
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _page(
    unit: Unit,
    year: int,
    *,
    form: EmployerForm | None = None,
    problem: str = "",
    wrong: dict[str, object] | None = None,
) -> str:
    lines = employer_year(unit.id, year, until=first_of(today()))
    if form is None:
        latest = next((line.month for line in reversed(lines) if line.arrears > 0), first_of(today()))
        form = EmployerForm(
            formdata=None,
            data={
                "form_key": secrets.token_hex(12),
                "on_date": today(),
                "month": show_month(latest),
                "paid": next((line.arrears for line in reversed(lines) if line.arrears > 0), None),
            },
        )
        form.offer()
    rows = [line.row for line in lines if line.row is not None]
    return render_template(
        "dues/employer.html",
        unit=unit,
        year=year,
        years=[(str(one), str(one)) for one in range(today().year, today().year - 6, -1)],
        lines=lines,
        sums={
            name: sum((getattr(row, name) for row in rows), Decimal(0))
            for name in ("wages", "payable", "kept", "turned_up")
        },
        received=sum((line.received for line in lines), Decimal(0)),
        arrears=sum((line.arrears for line in lines), Decimal(0)),
        split=split_on("employer", first_of(today())),
        form=form,
        money=show_money,
        percent=show_percent,
        month_text=show_month,
        sent=request.form,
        problem=problem,
        wrong=wrong or {},
        tabs_of=unit_tabs(unit, "dues.employer"),
        may_edit=actor().can(Permission.DUES_EDIT, unit.path),
    )


@blueprint.get("/units/<int:unit_id>/employer")
@requires(Permission.DUES_VIEW)
def employer(unit_id: int) -> str:
    return _page(unit_at(unit_id, Permission.DUES_VIEW), year_asked())


@blueprint.post("/units/<int:unit_id>/wages")
@requires(Permission.DUES_EDIT)
def save_wages(unit_id: int) -> str | Response | tuple[str, int]:
    """Total wages of the months of a year; only what changed is written."""
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    year = year_asked()
    given: list[tuple[date, Decimal]] = []
    wrong: dict[str, object] = {}
    for month in range(1, 13):
        text = request.form.get(f"wages-{month}", "").strip()
        if not text:
            continue
        try:
            wages = read_money(text, field=f"wages-{month}", most=MOST_OF_A_UNIT)
        except Invalid as problem:
            wrong |= problem.fields
        else:
            given.append((date(year, month, 1), wages))
    try:
        if wrong:
            raise Invalid(fields=wrong)
        with transaction():
            adopt_rates(actor())
            changed = sum(enter_wages(actor(), unit=unit, month=month, wages=wages) for month, wages in given)
    except (Invalid, Conflict) as problem:
        return _page(unit, year, problem=said(problem), wrong=problem.fields), problem.status
    flash(_("%(n)s months entered.", n=changed) if changed else _("Nothing was changed."), "ok")
    return redirect(url_for("dues.employer", unit_id=unit.id, year=year), 303)


@blueprint.post("/units/<int:unit_id>/employer")
@requires(Permission.DUES_EDIT)
def receive_employer(unit_id: int) -> Response | tuple[str, int]:
    """What the employer paid for a month."""
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    form = EmployerForm()
    form.offer()
    try:
        if not form.validate_on_submit() or form.on_date.data is None:
            raise Invalid("")
        month = form.month.month
        with transaction():
            employer_paid(
                actor(),
                unit=unit,
                month=month,
                amount=form.paid.data,
                on_date=form.on_date.data,
                document=form.document.data or "",
                form_key=(form.form_key.data or secrets.token_hex(12))[:64],
            )
    except (Invalid, Conflict) as problem:
        if problem.fields or str(problem):
            show_problem(form, Invalid(str(problem), fields=problem.fields))
        return _page(unit, year_asked(), form=form), problem.status
    flash(_("Entered."), "ok")
    return redirect(url_for("dues.employer", unit_id=unit.id, year=month.year), 303)
