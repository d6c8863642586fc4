"""Changing a rule: what it does to the due items is shown first, and confirmed as it was shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.duties.forms import StartForm, SwitchForm, TermForm, TightenForm
from services.web.duties.views.plan import blueprint
from services.web.duties.words import applies_to, in_words, levels
from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import local, today
from shared.db import db, transaction
from shared.duties.actions import (
    Effect,
    EffectChanged,
    carry_out,
    choose_term,
    effect_of,
    end_tightening,
    next_starts,
    order_plan,
    set_start,
    switch_rule,
    tighten_rule,
    years_ahead,
)
from shared.duties.models import Rule
from shared.duties.periods import TERM
from shared.errors import Invalid
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.tenants.queries import open_tenant

Page = Response | tuple[str, int]


@dataclass(frozen=True)
class Change:
    """One change of a rule: what makes it, from when it holds, and how the pages speak of it."""

    rule: Rule
    title: str
    button: str
    done: str
    make: Callable[[], object]
    begins: date | None = None

    @property
    def kinds(self) -> list[str]:
        return ["term_election"] if self.rule.cadence == TERM else [self.rule.kind]


def _shown(change: Change, effect: Effect, *, changed: bool = False) -> tuple[str, int]:
    """The effect, with everything that was sent, to be confirmed."""
    sent = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "seen", "back")
    ]
    return (
        render_template(
            "duties/effect.html",
            change=change,
            rule=change.rule,
            effect=effect,
            changed=changed,
            sent=sent,
            in_words=in_words,
            kinds=KINDS,
        ),
        409 if changed else 200,
    )


def settle(change: Change, again: Callable[[Invalid], tuple[str, int]]) -> Page:
    """Show the effect of a change; confirmed as it was shown, make it and order the plan anew."""
    seen = request.form.get("seen", "")
    try:
        if not seen:
            effect = effect_of(change.make, kinds=change.kinds, begins=change.begins)
            return _shown(change, effect)
        with transaction():
            carry_out(change.make, kinds=change.kinds, seen=seen, begins=change.begins)
            replan()
    except EffectChanged as problem:
        # What was made is rolled back by now; the rule is read as it stands.
        db.session.expire_all()
        return _shown(change, problem.effect, changed=True)
    except Invalid as problem:
        return again(problem)
    flash(change.done, "ok")
    return redirect(url_for("duties.rule_list"), 303)


def replan() -> None:
    """Order the planning of the years that stand planned, after a change of rules."""
    for year in years_ahead(today()):
        order_plan(actor(), year=year)


def _filled(rule: Rule) -> dict[str, Any]:
    """What the form of a stricter version begins with: the rule as it stands."""
    if rule.cadence == TERM:
        months = ", ".join(str(month) for month in sorted(rule.notice_months or (), reverse=True))
        return {"years": str(rule.years), "notice_months": months}
    return {
        "cadence": rule.cadence,
        "times": rule.times,
        "from_month": str(rule.from_month or ""),
        "to_month": str(rule.to_month or ""),
        "early_days": rule.early_days,
    }


def _form(rule: Rule, **given: Any) -> TightenForm | TermForm:
    form = TermForm(**given) if rule.cadence == TERM else TightenForm(**given)
    form.offer(rule, [day.isoformat() for day in next_starts(rule, today())])
    return form


def _page(rule: Rule, form: Form, start: StartForm | None = None, *, status: int = 200) -> tuple[str, int]:
    if start is None:
        start = StartForm(formdata=None, data={"starts_on": rule.starts_on})
    return (
        render_template(
            "duties/term.html" if rule.cadence == TERM else "duties/tighten.html",
            rule=rule,
            form=form,
            start=start,
            kinds=KINDS,
            in_words=in_words,
            applies_to=applies_to,
            levels=levels(),
        ),
        status,
    )


def _stricter(rule: Rule, form: TightenForm | TermForm) -> Callable[[], Rule]:
    """What makes the tenant's own version as the form says it."""
    begins, source = date.fromisoformat(form.valid_from.data), form.source.data or ""
    if isinstance(form, TermForm):
        years, notice = int(form.years.data), form.months()
        return lambda: choose_term(
            actor(), rule=rule, valid_from=begins, years=years, notice_months=notice, source=source
        )
    return lambda: tighten_rule(
        actor(),
        rule=rule,
        valid_from=begins,
        cadence=form.cadence.data,
        times=form.times.data or 0,
        from_month=int(form.from_month.data) if form.from_month.data else None,
        to_month=int(form.to_month.data) if form.to_month.data else None,
        early_days=form.early_days.data or 0,
        source=source,
    )


@blueprint.get("/rules/<int:rule_id>")
@requires(Permission.RULE_EDIT)
def rule_form(rule_id: int) -> tuple[str, int]:
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
    return _page(rule, _form(rule, formdata=None, data=_filled(rule)))


@blueprint.post("/rules/<int:rule_id>/tighten")
@requires(Permission.RULE_EDIT)
def tighten(rule_id: int) -> Page:
    """A stricter version of the tenant's own; of a term its length."""
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
    form = _form(rule)
    if not form.validate_on_submit():
        return _page(rule, form, status=422)
    if request.form.get("back"):
        return _page(rule, form)

    def again(problem: Invalid) -> tuple[str, int]:
        show_problem(form, problem)
        return _page(rule, form, status=422)

    begins = form.valid_from.data
    change = Change(
        rule=rule,
        title=_("Length of a term") if rule.cadence == TERM else _("Make stricter"),
        button=_("Save") if rule.cadence == TERM else _("Make stricter"),
        done=_("Your own version holds from %(day)s; the plan follows.", day=begins),
        make=_stricter(rule, form),
        begins=date.fromisoformat(begins),
    )
    return settle(change, again)


def _refused(problem: Invalid) -> tuple[str, int]:
    raise problem


@blueprint.post("/rules/<int:rule_id>/end")
@requires(Permission.RULE_EDIT)
def end(rule_id: int) -> Page:
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT, lock=True)
    if rule.valid_to is not None:
        flash(_("Your own version ends with the running period; the plan follows."), "ok")
        return redirect(url_for("duties.rule_list"), 303)
    change = Change(
        rule=rule,
        title=_("End own version"),
        button=_("End own version"),
        done=_("Your own version ends with the running period; the plan follows."),
        make=lambda: end_tightening(actor(), rule=rule),
        begins=rule.valid_from,
    )
    return settle(change, _refused)


@blueprint.post("/rules/<int:rule_id>/start")
@requires(Permission.RULE_EDIT)
def start(rule_id: int) -> Page:
    """From when a rule is asked at all."""
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
    form = StartForm()

    def again(problem: Invalid) -> tuple[str, int]:
        show_problem(form, problem)
        return _page(rule, _form(rule, formdata=None, data=_filled(rule)), form, status=422)

    if not form.validate_on_submit():
        return again(Invalid(""))
    if request.form.get("back"):
        return _page(rule, _form(rule, formdata=None, data=_filled(rule)), form)
    opened = local(open_tenant().created_at).date()
    change = Change(
        rule=rule,
        title=_("Asked from"),
        button=_("Save"),
        done=_("Periods before the start are neither asked nor reminded; the plan follows."),
        make=lambda: set_start(actor(), rule=rule, starts_on=form.starts_on.data, opened_on=opened),
    )
    return settle(change, again)


@blueprint.post("/rules/<int:rule_id>/switch")
@requires(Permission.RULE_EDIT)
def switch(rule_id: int) -> Page:
    """Ask a rule that is only offered, or leave one out that no binding text asks."""
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
    form = SwitchForm()
    turned_on = request.form.get("on") == "yes"

    def page(status: int = 200) -> tuple[str, int]:
        return render_template(
            "duties/switch.html", rule=rule, form=form, on=turned_on, in_words=in_words, kinds=KINDS
        ), status

    def again(problem: Invalid) -> tuple[str, int]:
        show_problem(form, problem)
        return page(422)

    if "reason" not in request.form or request.form.get("back"):
        return page()
    if not form.validate_on_submit():
        return page(422)
    change = Change(
        rule=rule,
        title=_("Ask this duty") if turned_on else _("Ask this duty no longer"),
        button=_("Ask this duty") if turned_on else _("Ask this duty no longer"),
        done=_("The duty is asked from today; the plan follows.")
        if turned_on
        else _("The duty is no longer asked; the plan follows."),
        make=lambda: switch_rule(actor(), rule=rule, on=turned_on, reason=form.reason.data or ""),
        begins=today(),
    )
    return settle(change, again)
