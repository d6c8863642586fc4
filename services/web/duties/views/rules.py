"""The rules that the plan rests on."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.duties.forms import StartForm, TermForm, TightenForm, cadence_words
from services.web.duties.views.plan import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import local, today
from shared.db import transaction
from shared.duties.actions import (
    choose_counting,
    choose_term,
    counting,
    end_tightening,
    next_starts,
    order_plan,
    set_start,
    tighten_rule,
)
from shared.duties.models import Rule
from shared.duties.periods import TERM
from shared.duties.queries import rules
from shared.errors import Invalid
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.tenants.queries import open_tenant


@blueprint.get("/rules")
@requires(Permission.RULE_VIEW)
def rule_list() -> str:
    """Every rule with its source, level and validity, in plain words."""
    lines = rules()
    return render_template(
        "duties/rules.html",
        lines=lines,
        in_words=in_words,
        applies_to=applies_to,
        kinds=KINDS,
        levels=levels(),
        grades=grades(),
        on=today(),
        may_edit=actor().can(Permission.RULE_EDIT),
        counting=[(kind, also) for kind, others in counting().items() for also in others],
        choices=sorted(
            {
                line.pack.kind
                for line in lines
                if line.pack.kind in KINDS and not KINDS[line.pack.kind].own_page
            }
        ),
    )


@blueprint.post("/rules/counting")
@requires(Permission.RULE_EDIT)
def count_too() -> Response:
    """Let an event of one kind count for the duty of another, or no longer."""
    with transaction():
        choose_counting(
            actor(),
            kind=request.form.get("kind", ""),
            also=request.form.get("also", ""),
            on=request.form.get("on", "yes") == "yes",
        )
    flash(_("Saved; it holds for what is recorded from now on."), "ok")
    return redirect(url_for("duties.rule_list"), 303)


def in_words(rule: Rule) -> str:
    """The rule as a sentence: how often, in which months, by when."""
    if rule.cadence == TERM:
        months = _(", ").join(str(month) for month in sorted(rule.notice_months or (), reverse=True))
        return _(
            "an election every %(years)s years; reminded %(months)s months before, on the day, and monthly after",
            years=rule.years,
            months=months,
        )
    said = _("%(times)s times %(cadence)s", times=rule.times, cadence=cadence_words()[rule.cadence])
    if rule.times == 1:
        said = _("once %(cadence)s", cadence=cadence_words()[rule.cadence])
    if rule.from_month is not None and rule.to_month is not None:
        said += _(", from month %(first)s to month %(last)s", first=rule.from_month, last=rule.to_month)
        if rule.to_month < rule.from_month:
            said += _(" of the next year")
    if rule.early_days:
        said += _(", at the latest %(n)s days before the end", n=rule.early_days)
    return said


def applies_to(rule: Rule) -> str:
    return "、".join(str(UNIT_KINDS[kind].name) for kind in rule.unit_kinds if kind in UNIT_KINDS)


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


def _rule_page(
    rule: Rule, form: TightenForm, start: StartForm | None = None, *, status: int = 200
) -> tuple[str, int]:
    if start is None:
        start = StartForm(formdata=None, data={"starts_on": rule.starts_on})
    return (
        render_template(
            "duties/tighten.html",
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


def _tighten_form(rule: Rule, **given: Any) -> TightenForm:
    form = TightenForm(**given)
    form.offer(rule, [day.isoformat() for day in next_starts(rule, today())])
    return form


def _term_form(rule: Rule, **given: Any) -> TermForm:
    form = TermForm(**given)
    form.offer(rule, [day.isoformat() for day in next_starts(rule, today())])
    return form


def _term_page(rule: Rule, form: TermForm, *, status: int = 200) -> tuple[str, int]:
    return (
        render_template(
            "duties/term.html",
            rule=rule,
            form=form,
            in_words=in_words,
            applies_to=applies_to,
            levels=levels(),
        ),
        status,
    )


def _choose_term(rule: Rule) -> Response | tuple[str, int]:
    form = _term_form(rule)
    if not form.validate_on_submit():
        return _term_page(rule, form, status=422)
    try:
        with transaction():
            choose_term(
                actor(),
                rule=rule,
                valid_from=date.fromisoformat(form.valid_from.data),
                years=int(form.years.data),
                notice_months=form.months(),
                source=form.source.data or "",
            )
            replan()
    except Invalid as problem:
        show_problem(form, problem)
        return _term_page(rule, form, status=422)
    flash(_("Your own version holds from %(day)s; the plan follows.", day=form.valid_from.data), "ok")
    return redirect(url_for("duties.rule_list"), 303)


@blueprint.get("/rules/<int:rule_id>")
@requires(Permission.RULE_EDIT)
def rule_form(rule_id: int) -> tuple[str, int]:
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
    if rule.cadence == TERM:
        months = ", ".join(str(month) for month in sorted(rule.notice_months or (), reverse=True))
        filled = {"years": str(rule.years), "notice_months": months}
        return _term_page(rule, _term_form(rule, formdata=None, data=filled))
    form = _tighten_form(
        rule,
        formdata=None,
        data={
            "cadence": rule.cadence,
            "times": rule.times,
            "from_month": str(rule.from_month or ""),
            "to_month": str(rule.to_month or ""),
            "early_days": rule.early_days,
        },
    )
    return _rule_page(rule, form)


@blueprint.post("/rules/<int:rule_id>/tighten")
@requires(Permission.RULE_EDIT)
def tighten(rule_id: int) -> Response | tuple[str, int]:
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
    if rule.cadence == TERM:
        return _choose_term(rule)
    form = _tighten_form(rule)
    if not form.validate_on_submit():
        return _rule_page(rule, form, status=422)
    try:
        with transaction():
            tighten_rule(
                actor(),
                rule=rule,
                valid_from=date.fromisoformat(form.valid_from.data),
                cadence=form.cadence.data,
                times=form.times.data or 0,
                from_month=int(form.from_month.data) if form.from_month.data else None,
                to_month=int(form.to_month.data) if form.to_month.data else None,
                early_days=form.early_days.data or 0,
                source=form.source.data or "",
            )
            replan()
    except Invalid as problem:
        show_problem(form, problem)
        return _rule_page(rule, form, status=422)
    flash(_("The stricter version holds from %(day)s; the plan follows.", day=form.valid_from.data), "ok")
    return redirect(url_for("duties.rule_list"), 303)


def replan() -> None:
    """Order the planning of this year and the next one, after a change of rules."""
    for year in (today().year, today().year + 1) if today().month == 12 else (today().year,):
        order_plan(actor(), year=year)


@blueprint.post("/rules/<int:rule_id>/end")
@requires(Permission.RULE_EDIT)
def end(rule_id: int) -> Response:
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT, lock=True)
    with transaction():
        if rule.valid_to is None:
            end_tightening(actor(), rule=rule)
            replan()
    flash(_("Your own version ends with the running period; the plan follows."), "ok")
    return redirect(url_for("duties.rule_list"), 303)


@blueprint.post("/rules/<int:rule_id>/start")
@requires(Permission.RULE_EDIT)
def start(rule_id: int) -> Response | tuple[str, int]:
    """From when a rule is asked at all."""
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
    form = StartForm()
    try:
        if not form.validate_on_submit():
            raise Invalid("")
        with transaction():
            opened = local(open_tenant().created_at).date()
            set_start(actor(), rule=rule, starts_on=form.starts_on.data, opened_on=opened)
            replan()
    except Invalid as problem:
        show_problem(form, problem)
        return _rule_page(rule, _tighten_form(rule, formdata=None), form, status=422)
    flash(_("Periods before the start are neither asked nor reminded; the plan follows."), "ok")
    return redirect(url_for("duties.rule_list"), 303)
