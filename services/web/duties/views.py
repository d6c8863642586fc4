"""Pages of the plan and of the rules it rests on."""

import re
import secrets
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.duties.forms import StartForm, TightenForm, cadence_words
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import local, today
from shared.db import transaction
from shared.duties.actions import (
    adopt_pack,
    choose_counting,
    counting,
    end_tightening,
    next_starts,
    order_plan,
    set_start,
    tighten_rule,
)
from shared.duties.models import Rule
from shared.duties.periods import period_label
from shared.duties.queries import PlanFilter, plan_page, planned_kinds, rules
from shared.duties.queries.plans import States
from shared.duties.queries.scopes import scope_units
from shared.errors import Conflict, Invalid
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.models import Unit
from shared.tenants.queries import open_tenant

blueprint = Blueprint("duties", __name__)

SHOWS: dict[str, States] = {"coming": "coming", "done": "done", "withdrawn": "withdrawn", "all": "all"}


def _number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _year() -> int:
    asked = _number("year")
    return asked if asked is not None and 2000 <= asked <= 2199 else today().year


def _after() -> tuple[date, int] | None:
    day, _colon, key = request.args.get("after", "").partition(":")
    try:
        return (date.fromisoformat(day), int(key)) if re.fullmatch(r"\d{1,15}", key, re.ASCII) else None
    except ValueError:
        return None


def _address(**changes: Any) -> str:
    kept: dict[str, Any] = {key: request.args[key] for key in request.args if key != "after"}
    kept.update(changes)
    return url_for("duties.index", **kept)


@blueprint.get("/duties")
@requires(Permission.DUTY_VIEW)
def index() -> str:
    """The plan of a year, what is missing first."""
    year, unit_id, kind = _year(), _number("unit_id"), request.args.get("kind", "")
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_VIEW) if unit_id is not None else None
    given = PlanFilter(
        year=year,
        unit_id=unit.id if unit else None,
        kind=kind if kind in KINDS else None,
        show=SHOWS.get(request.args.get("show", ""), "missing"),
        after=_after(),
    )
    items, counts, after = plan_page(actor(), given)
    on = today()
    return render_template(
        "duties/index.html",
        items=items,
        counts=counts,
        after=after,
        given=given,
        unit=unit,
        on=on,
        years=[(one, _("Year %(year)s", year=one)) for one in range(on.year + 1, on.year - 4, -1)],
        kinds=[(one, str(KINDS[one].name)) for one in planned_kinds(actor(), year)],
        scopes=scope_units(actor(), Permission.DUTY_VIEW),
        address=_address,
        may_plan=actor().may(Permission.DUTY_PLAN),
        may_record=actor().may(Permission.DUTY_RECORD),
        form_key=secrets.token_hex(12),
        period_label=period_label,
        reasons=withdrawn_words(),
    )


def withdrawn_words() -> dict[str, str]:
    """Why a due item is no longer asked."""
    return {
        "dissolved": _("The unit was dissolved"),
        "not_asked": _("No rule asks it any more"),
        "import_undone": _("The import that brought the unit was undone"),
    }


@blueprint.post("/duties/plan")
@requires(Permission.DUTY_PLAN)
def plan() -> Response:
    """Plan a year in the background. A form sent twice is one job."""
    year = _year()
    try:
        with transaction():
            adopt_pack(actor(), pack=open_tenant().kind)
            order_plan(actor(), year=year, form_key=request.form.get("form_key") or None)
    except Conflict:
        flash(_("This planning is already under way."), "run")
    else:
        flash(
            {  # type: ignore[arg-type]
                "title": _("The plan of %(year)s is being made", year=year),
                "text": _("This page may be left; the result is kept among the background jobs."),
                "address": url_for("jobs.index"),
                "word": _("Background jobs"),
            },
            "run",
        )
    return redirect(url_for("duties.index", year=year), 303)


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
        choices=sorted({line.pack.kind for line in lines if line.pack.kind in KINDS}),
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


@blueprint.get("/rules/<int:rule_id>")
@requires(Permission.RULE_EDIT)
def rule_form(rule_id: int) -> tuple[str, int]:
    rule = fetch(Rule, rule_id, actor=actor(), may=Permission.RULE_EDIT)
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
