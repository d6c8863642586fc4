"""Brackets, splits and rounding: what holds, where it stands, and what a tenant may choose."""

from datetime import date
from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.web.dues.forms import AmountForm, RoundingForm, SplitForm
from services.web.dues.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.dues.actions.rates import choose_amount, choose_rounding, choose_split
from shared.dues.classes import CLASSES, STREAMS, class_name
from shared.dues.models import DuesRule
from shared.dues.money import first_of, months_on, show_money, show_month, show_percent
from shared.dues.queries.rates import coming_rules, rounding, rules_on, splits
from shared.errors import Conflict, Invalid
from shared.i18n import _


def levels() -> dict[str, str]:
    return {
        "national": _("national"),
        "province": _("province"),
        "city": _("city"),
        "unit": _("own decision"),
    }


def grades() -> dict[str, str]:
    return {
        "A": _("official text"),
        "B": _("an institution's own rule"),
        "C": _("third party or default of this platform"),
        "K": _("not confirmed; check it before relying on it"),
    }


def _page(
    *,
    split: SplitForm | None = None,
    amount: AmountForm | None = None,
    amount_of: int | None = None,
    steps: RoundingForm | None = None,
) -> str:
    now = first_of(today())
    if split is None:
        split = SplitForm(formdata=None, data={"valid_from": show_month(now)})
        split.offer()
    if steps is None:
        steps = RoundingForm(formdata=None, data={"rounding": str(rounding())})
        steps.offer()
    blank = AmountForm(formdata=None, data={"valid_from": show_month(months_on(now, 1))})
    blank.offer()
    return render_template(
        "dues/rates.html",
        rules=rules_on(now),
        coming=coming_rules(now),
        splits=splits(),
        classes=CLASSES,
        class_name=class_name,
        streams=STREAMS,
        levels=levels(),
        grades=grades(),
        split=split,
        amount=amount,
        amount_of=amount_of,
        blank=blank,
        steps=steps,
        money=show_money,
        percent=show_percent,
        month_text=show_month,
        now=now,
        may_edit=actor().can(Permission.RULE_EDIT),
    )


@blueprint.get("/rates")
@requires(Permission.DUES_VIEW)
def rates() -> str:
    return _page()


def _refused(form: Form, problem: Invalid | Conflict) -> None:
    if problem.fields or str(problem):
        show_problem(form, Invalid(str(problem), fields=problem.fields))


@blueprint.post("/rates/split")
@requires(Permission.RULE_EDIT)
def save_split() -> Response | tuple[str, int]:
    """Which share goes up from a month on."""
    form = SplitForm()
    form.offer()
    try:
        if not form.validate_on_submit():
            raise Invalid("")
        with transaction():
            choose_split(
                actor(),
                stream=form.stream.data,
                share_up=Decimal(form.share_up.data) / 100,
                valid_from=form.valid_from.month,
                source=form.source.data or "",
            )
    except (Invalid, Conflict) as problem:
        _refused(form, problem)
        return _page(split=form), problem.status
    flash(_("Saved."), "ok")
    return redirect(url_for("dues.rates"), 303)


@blueprint.post("/rates/rounding")
@requires(Permission.RULE_EDIT)
def save_rounding() -> Response | tuple[str, int]:
    form = RoundingForm()
    form.offer()
    if not form.validate_on_submit():
        return _page(steps=form), 422
    with transaction():
        choose_rounding(actor(), step=form.rounding.data)
    flash(_("Saved; months that are closed keep theirs."), "ok")
    return redirect(url_for("dues.rates"), 303)


@blueprint.post("/rates/<int:dues_rule_id>/amount")
@requires(Permission.RULE_EDIT)
def save_amount(dues_rule_id: int) -> Response | tuple[str, int]:
    """The amount of a class that pays one, within the law's bounds."""
    rule = fetch(DuesRule, dues_rule_id, actor=actor(), may=Permission.RULE_EDIT)
    form = AmountForm()
    form.offer()
    try:
        if not form.validate_on_submit():
            raise Invalid("")
        starts: date = form.valid_from.month
        with transaction():
            choose_amount(
                actor(), rule=rule, amount=form.amount.data, valid_from=starts, source=form.source.data or ""
            )
    except (Invalid, Conflict) as problem:
        _refused(form, problem)
        return _page(amount=form, amount_of=rule.id), problem.status
    flash(_("Saved; it holds from %(month)s.", month=show_month(starts)), "ok")
    return redirect(url_for("dues.rates"), 303)
