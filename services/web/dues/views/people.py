"""One person's dues: bases, months, receipts; paying a quarter, in advance or back; asking for less."""

import secrets
from datetime import date
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.dues.forms import BaseForm, PayForm, ReliefForm
from services.web.dues.views.routes import blueprint, unit_of, units_of
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dues.actions.bases import enter_bases, read_base
from shared.dues.actions.collecting import pay_months
from shared.dues.actions.reliefs import ask_relief
from shared.dues.classes import CLASSES, class_name, way_name
from shared.dues.money import first_of, months_between, months_on, show_money, show_month
from shared.dues.queries.balances import balances_of
from shared.dues.queries.expected import asked_of
from shared.dues.queries.rates import rounding
from shared.dues.queries.reliefs import reliefs_of
from shared.dues.queries.sheet import base_history, last_way, receipts_for
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit


def _line() -> str:
    own = "union" if actor().tenant_kind == "union" else "party"
    line = request.values.get("line", own)
    return line if line in ("party", "union") else own


def _base_form(line: str, *, fill: bool, known: tuple[str, Decimal | None] | None = None) -> BaseForm:
    now = show_month(first_of(today()))
    form = (
        BaseForm(
            formdata=None,
            data={
                "payer_class": known[0] if known else None,
                "amount": known[1] if known else None,
                "from_month": now,
            },
        )
        if fill
        else BaseForm()
    )
    form.offer(line)
    return form


def _pay_form(
    unit: Unit | None, *, fill: bool, first: date | None = None, last: date | None = None
) -> PayForm:
    now = first_of(today())
    if not fill:
        form = PayForm()
    else:
        form = PayForm(
            formdata=None,
            data={
                "form_key": secrets.token_hex(12),
                "first": show_month(first or now),
                "last": show_month(last or now),
                "paid_on": today(),
                "way": last_way(unit.id) if unit else "cash",
            },
        )
    form.offer()
    return form


def _relief_form(*, fill: bool) -> ReliefForm:
    now = first_of(today())
    data = {
        "form_key": secrets.token_hex(12),
        "kind": "reduction",
        "relief_from": show_month(now),
        "relief_until": show_month(date(now.year, 12, 1)),
    }
    form = ReliefForm(formdata=None, data=data) if fill else ReliefForm()
    form.offer()
    return form


def _page(
    person: Person,
    line: str,
    *,
    base: BaseForm | None = None,
    pay: PayForm | None = None,
    relief: ReliefForm | None = None,
) -> str:
    units = units_of(person.id, Permission.DUES_VIEW)
    unit = next((one for one in units if one.line == line), units[0] if units else None)
    line = unit.line if unit else line
    history = base_history(person.id, line)
    living = [row for row, _name in history if row.replaced_at is None]
    months = balances_of([person.id], line).get(person.id, [])
    open_months = [one.month for one in months if one.open > 0]
    now = first_of(today())
    quarter_ends = months_on(date(now.year, (now.month - 1) // 3 * 3 + 1, 1), 2)
    known = (living[0].payer_class, living[0].amount) if living else None
    return render_template(
        "dues/person.html",
        person=person,
        unit=unit,
        units=units,
        line=line,
        history=history,
        months=list(reversed(months))[:36],
        receipts=receipts_for(person.id, line),
        reliefs=reliefs_of(person.id, line),
        base=base or _base_form(line, fill=True, known=known),
        pay=pay
        or _pay_form(
            unit, fill=True, first=min(open_months, default=now), last=max([now, *open_months], default=now)
        ),
        relief=relief or _relief_form(fill=True),
        quarter=(show_month(now), show_month(quarter_ends)),
        classes=CLASSES,
        class_name=class_name,
        way_name=way_name,
        money=show_money,
        month_text=show_month,
        now=now,
        may_edit=unit is not None and actor().can(Permission.DUES_EDIT, unit.path),
    )


@blueprint.get("/people/<int:person_id>")
@requires(Permission.DUES_VIEW)
def person(person_id: int) -> str:
    return _page(fetch(Person, person_id, actor=actor(), may=Permission.DUES_VIEW), _line())


def _back(person_id: int, line: str) -> Response:
    return redirect(url_for("dues.person", person_id=person_id, line=line), 303)


@blueprint.post("/people/<int:person_id>/base")
@requires(Permission.DUES_EDIT)
def set_base(person_id: int) -> Response | tuple[str, int]:
    """Let one person pay on another base from a month on."""
    found = fetch(Person, person_id, actor=actor(), may=Permission.DUES_EDIT)
    line = _line()
    form = _base_form(line, fill=False)
    try:
        if not form.validate_on_submit():
            raise Invalid("")
        unit = unit_of(found.id, line, Permission.DUES_EDIT)
        given = read_base(
            found.id,
            line,
            form.payer_class.data,
            "" if form.amount.data is None else str(form.amount.data),
            field="amount",
        )
        with transaction():
            enter_bases(
                actor(),
                unit_id=unit.id,
                line=line,
                given=[given],
                from_month=form.from_month.month,
                document=form.document.data or "",
            )
    except (Invalid, Conflict) as problem:
        _show(form, problem)
        return _page(found, line, base=form), problem.status
    flash(_("Entered; a closed month is mended by a correction in the next sheet."), "ok")
    return _back(found.id, line)


def _show(form: BaseForm | PayForm | ReliefForm, problem: Invalid | Conflict) -> None:
    """A refusal beside its field; one that only repeats the form's own errors says nothing more."""
    if problem.fields or str(problem):
        show_problem(form, Invalid(str(problem), fields=problem.fields))


def _asked(unit: Unit, person_id: int, first: date, last: date) -> list[tuple[date, Decimal]]:
    """What each month still wants: of a month with a sheet what is open, of a coming one what it will ask."""
    months = months_between(first, last)
    known = {one.month: one for one in balances_of([person_id], unit.line).get(person_id, [])}
    asked = {
        one.month: one.payable or Decimal(0)
        for one in asked_of(unit.id, [month for month in months if month not in known], rounding(), person_id)
    }
    now = first_of(today())
    found = []
    for month in months:
        if month in known and known[month].asked:
            found.append((month, known[month].open))
        elif month >= now:
            paid = known[month].paid if month in known else Decimal(0)
            found.append((month, asked.get(month, Decimal(0)) - paid))
    return [(month, amount) for month, amount in found if amount > 0]


@blueprint.post("/people/<int:person_id>/pay")
@requires(Permission.DUES_EDIT)
def pay(person_id: int) -> Response | tuple[str, int]:
    """A quarter, an advance, or back: what the months ask, in one receipt."""
    found = fetch(Person, person_id, actor=actor(), may=Permission.DUES_EDIT)
    line = _line()
    form = _pay_form(None, fill=False)
    try:
        if not form.validate_on_submit() or form.paid_on.data is None:
            raise Invalid("")
        unit = unit_of(found.id, line, Permission.DUES_EDIT)
        first, last = form.first.month, form.last.month
        if last < first:
            raise Invalid(fields={"last": _("The end lies before the beginning.")})
        with transaction():
            fetch(Person, found.id, actor=actor(), may=Permission.DUES_EDIT, lock=True)
            receipt = pay_months(
                actor(),
                unit=unit,
                person_id=found.id,
                parts=_asked(unit, found.id, first, last),
                paid_on=form.paid_on.data,
                way=form.way.data,
                payer=form.payer.data or "",
                form_key=(form.form_key.data or secrets.token_hex(12))[:64],
            )
            total = show_money(receipt.total)
    except (Invalid, Conflict) as problem:
        _show(form, problem)
        return _page(found, line, pay=form), problem.status
    flash(_("%(total)s yuan recorded.", total=total), "ok")
    return _back(found.id, line)


@blueprint.post("/people/<int:person_id>/relief")
@requires(Permission.DUES_EDIT)
def request_relief(person_id: int) -> Response | tuple[str, int]:
    """The branch asks for less; the organisation above decides."""
    found = fetch(Person, person_id, actor=actor(), may=Permission.DUES_EDIT)
    line = _line()
    form = _relief_form(fill=False)
    try:
        if not form.validate_on_submit():
            raise Invalid("")
        unit = unit_of(found.id, line, Permission.DUES_EDIT)
        with transaction():
            ask_relief(
                actor(),
                unit=unit,
                person_id=found.id,
                kind=form.kind.data,
                amount=form.amount.data,
                from_month=form.relief_from.month,
                until_month=form.relief_until.month,
                reason=form.reason.data or "",
                document=form.document.data or "",
                form_key=(form.form_key.data or secrets.token_hex(12))[:64],
            )
    except (Invalid, Conflict) as problem:
        fields = {
            {"from_month": "relief_from", "until_month": "relief_until"}.get(name, name): text
            for name, text in problem.fields.items()
        }
        _show(form, Invalid(str(problem), fields=fields))
        return _page(found, line, relief=form), problem.status
    flash(_("Asked; the organisation above decides."), "ok")
    return _back(found.id, line)
