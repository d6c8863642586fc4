"""The bases of a unit's members on one page: those without one first, only what is changed is sent on."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dues.views.routes import blueprint, said, unit_at, unit_tabs
from services.web.edge import actor, requires
from services.web.fields import Form
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dues.actions.bases import GivenBase, enter_bases, read_base
from shared.dues.classes import CLASSES, class_name, classes_on
from shared.dues.money import first_of, months_on, read_month, show_money, show_month
from shared.dues.queries.sheet import BaseRow, bases_of
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def _page(unit: Unit, *, problem: str = "", wrong: dict[str, object] | None = None) -> str:
    now = first_of(today())
    rows = bases_of(unit, now)
    return render_template(
        "dues/bases.html",
        unit=unit,
        rows=rows,
        without=sum(1 for row in rows if row.payer_class is None),
        classes=[(key, CLASSES[key]) for key in classes_on(unit.line)],
        class_name=class_name,
        money=show_money,
        month_text=show_month,
        now=now,
        months=[(show_month(months_on(now, n)), show_month(months_on(now, n))) for n in range(1, -13, -1)],
        tabs_of=unit_tabs(unit, "dues.bases"),
        may_edit=actor().can(Permission.DUES_EDIT, unit.path),
        sent=request.form,
        problem=problem,
        wrong=wrong or {},
    )


@blueprint.get("/units/<int:unit_id>/bases")
@requires(Permission.DUES_VIEW)
def bases(unit_id: int) -> str:
    return _page(unit_at(unit_id, Permission.DUES_VIEW))


def _changed(unit: Unit, rows: list[BaseRow]) -> list[GivenBase]:
    """What the form says otherwise than it stands. Raises Invalid naming every field that is wrong."""
    given: list[GivenBase] = []
    wrong: dict[str, object] = {}
    for row in rows:
        payer_class = request.form.get(f"class-{row.person_id}", "")
        amount = request.form.get(f"base-{row.person_id}", "")
        if f"class-{row.person_id}" not in request.form:
            continue
        if row.payer_class is None and not amount.strip():
            spec = CLASSES.get(payer_class)
            # The class stands filled in; without a base nothing is said yet, unless it pays a fixed sum.
            if spec is None or spec.base is not None:
                continue
        try:
            one = read_base(row.person_id, unit.line, payer_class, amount, field=f"base-{row.person_id}")
        except Invalid as problem:
            wrong |= problem.fields
            continue
        if (one.payer_class, one.amount) != (row.payer_class, row.amount):
            given.append(one)
    if wrong:
        raise Invalid(fields=wrong)
    return given


@blueprint.post("/units/<int:unit_id>/bases")
@requires(Permission.DUES_EDIT)
def save_bases(unit_id: int) -> str | Response | tuple[str, int]:
    """Enter what changed, from a month on."""
    unit = unit_at(unit_id, Permission.DUES_EDIT)
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    now: date = first_of(today())
    try:
        from_month = read_month(request.form.get("from_month", ""))
        if from_month is None:
            raise Invalid(fields={"from_month": _("Choose a month.")})
        with transaction():
            count = enter_bases(
                actor(),
                unit_id=unit.id,
                line=unit.line,
                given=_changed(unit, bases_of(unit, now)),
                from_month=from_month,
                document=request.form.get("document", ""),
            )
    except Invalid as problem:
        return _page(unit, problem=said(problem), wrong=problem.fields), 422
    flash(
        _("%(n)s bases entered from %(month)s on.", n=count, month=show_month(from_month))
        if count
        else _("Nothing was changed."),
        "ok",
    )
    return redirect(url_for("dues.bases", unit_id=unit.id), 303)
