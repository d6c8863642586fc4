"""Exempt periods: what runs now first; granting shows what is spared before it is granted."""

import hashlib
import secrets
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.duties.forms import EndExemptForm, ExemptForm
from services.web.duties.views.plan import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.duties.actions.exempting import (
    check_exemption,
    end_exemption,
    grant_exemption,
    sparable,
    stands_above,
)
from shared.duties.models import Exemption
from shared.duties.queries.exemptions import (
    ExemptionFilter,
    Shown,
    Spared,
    WouldSpare,
    exemption_counts,
    exemption_page,
    exemptions_of,
    granted_by_form,
    kinds_asked,
    spared_by,
    units_named,
    would_spare,
)
from shared.duties.queries.scopes import scope_units
from shared.errors import Forbidden, Invalid
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.organisations.models import Unit

SHOWN: dict[str, Shown] = {"coming": "coming", "over": "over", "all": "all"}
Page = Response | tuple[str, int]


def standing_words() -> dict[str, tuple[str, str]]:
    """How a period stands: a state and its word."""
    return {
        "running": ("ok", _("runs now")),
        "coming": ("run", _("still to begin")),
        "over": ("idle", _("is over")),
        "ended": ("idle", _("taken back")),
    }


@blueprint.app_template_global("exempt_periods")
def exempt_periods(unit_id: int) -> list[Spared]:
    """The periods of a unit that run or come, for the parts of other pages that show them (duties/_exempt.html)."""
    return exemptions_of(unit_id)


@blueprint.app_template_global("may_exempt")
def may_exempt(unit: Unit) -> bool:
    return unit.state == "active" and stands_above(actor(), unit)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _after() -> tuple[date, int] | None:
    day, _sep, key = request.args.get("after", "").partition("_")
    number = _number(key)
    try:
        return (date.fromisoformat(day), number) if number is not None else None
    except ValueError:
        return None


def filter_asked() -> ExemptionFilter:
    """The filter of the page, from its address."""
    kind = request.args.get("kind", "")
    unit_id = _number(request.args.get("unit_id", ""))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_VIEW)
    return ExemptionFilter(
        show=SHOWN.get(request.args.get("show", ""), "running"),
        unit_id=unit_id,
        kind=kind if kind in KINDS else None,
        after=_after(),
    )


@blueprint.get("/exemptions")
@requires(Permission.DUTY_VIEW)
def exemptions() -> str:
    """The exempt periods of the reach, those that run first."""
    given = filter_asked()
    rows, further = exemption_page(actor(), given)
    words = request.args.get("q", "").strip()[:60]
    may = actor().may(Permission.DUTY_EXEMPT)

    def address(**changed: Any) -> str:
        values = {"show": given.show, "unit_id": given.unit_id, "kind": given.kind} | changed
        return url_for(
            "duties.exemptions", **{key: value for key, value in values.items() if value is not None}
        )

    return render_template(
        "duties/exemptions.html",
        given=given,
        rows=rows,
        counts=exemption_counts(actor(), given),
        standing=standing_words(),
        on=today(),
        kinds=[(kind, str(spec.name)) for kind, spec in KINDS.items()],
        scopes=scope_units(actor(), Permission.DUTY_VIEW),
        address=address,
        next=address(after=f"{further[0].isoformat()}_{further[1]}") if further else None,
        may_grant=may,
        typed=words,
        found=[unit for unit in units_named(actor(), words) if stands_above(actor(), unit)]
        if may and words
        else [],
    )


def _unit(unit_id: int) -> Unit:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_EXEMPT)
    if not stands_above(actor(), unit):
        raise Forbidden(_("The unit above grants an exempt period, not the unit itself."))
    return unit


def _form(unit: Unit, **given: Any) -> ExemptForm:
    form = ExemptForm(**given)
    asked = kinds_asked(unit.id)
    form.offer([kind for kind in sparable(unit.line) if kind in asked] or sparable(unit.line))
    return form


def _page(unit: Unit, form: ExemptForm, *, status: int = 200, **more: Any) -> tuple[str, int]:
    shown = {"groups": None, "count": 0, "seen": "", "changed": False, **more}
    periods = exemptions_of(unit.id)
    return render_template(
        "duties/exempt.html", unit=unit, form=form, kinds=KINDS, periods=periods, **shown
    ), status


@blueprint.get("/units/<int:unit_id>/exemption")
@requires(Permission.DUTY_EXEMPT)
def exempt_form(unit_id: int) -> tuple[str, int]:
    unit = _unit(unit_id)
    filled = {"form_key": secrets.token_hex(12), "since": today(), "which": "all"}
    return _page(unit, _form(unit, formdata=None, data=filled))


def _name(groups: list[tuple[str, list[WouldSpare]]]) -> str:
    """Names exactly these items, so that what is confirmed is what was shown."""
    keys = sorted(item.due_item_id for _kind, items in groups for item in items)
    return hashlib.sha256(repr(keys).encode()).hexdigest()[:16]


@blueprint.post("/units/<int:unit_id>/exemption")
@requires(Permission.DUTY_EXEMPT)
def exempt(unit_id: int) -> Page:
    """Show what a period would spare; confirmed as it was shown, grant it."""
    unit = _unit(unit_id)
    form = _form(unit)
    since, until = form.since.data, form.until.data
    if not form.validate_on_submit() or not form.form_key.data or since is None or until is None:
        return _page(unit, form, status=422)
    asked: dict[str, Any] = {
        "unit": unit,
        "kinds": form.chosen,
        "since": since,
        "until": until,
        "reason": form.reason.data or "",
        "document": form.document.data or "",
    }
    seen = request.form.get("seen", "")
    try:
        check_exemption(**asked)
        groups = would_spare(unit.id, form.chosen, since, until)
        name = _name(groups)
        if request.form.get("back"):
            return _page(unit, form)
        if seen != name and granted_by_form(form.form_key.data) is None:
            count = sum(len(items) for _kind, items in groups)
            return _page(
                unit,
                form,
                status=409 if seen else 200,
                groups=groups,
                count=count,
                seen=name,
                changed=bool(seen),
            )
        with transaction():
            exemption, count = grant_exemption(actor(), **asked, form_key=form.form_key.data)
            key = exemption.id
    except Invalid as problem:
        show_problem(form, problem)
        return _page(unit, form, status=422)
    flash(_("Granted; %(n)s duties are spared.", n=count), "ok")
    return redirect(url_for("duties.exemption", exemption_id=key), 303)


@blueprint.get("/exemptions/<int:exemption_id>")
@requires(Permission.DUTY_VIEW)
def exemption(exemption_id: int) -> str:
    """One exempt period with the duties it spares."""
    return _shown(
        fetch(Exemption, exemption_id, actor=actor(), may=Permission.DUTY_VIEW), EndExemptForm(formdata=None)
    )


def _shown(found: Exemption, form: EndExemptForm) -> str:
    unit = fetch(Unit, found.unit_id, actor=actor(), may=Permission.DUTY_VIEW)
    on = today()
    row, items = spared_by(found.id)
    return render_template(
        "duties/exemption.html",
        row=row,
        unit=unit,
        items=items,
        form=form,
        standing=standing_words()[row.stands(on)],
        past=sum(item.due_on < on for item in items),
        on=on,
        may_end=found.ended_at is None and stands_above(actor(), unit),
    )


@blueprint.post("/exemptions/<int:exemption_id>/end")
@requires(Permission.DUTY_EXEMPT)
def end_exempt(exemption_id: int) -> Page:
    """Take a period back: what is to come stands open again; what is past its day only if that is said."""
    found = fetch(Exemption, exemption_id, actor=actor(), may=Permission.DUTY_EXEMPT, lock=True)
    unit = fetch(Unit, found.unit_id, actor=actor(), may=Permission.DUTY_EXEMPT)
    form = EndExemptForm()
    if not form.validate_on_submit():
        return _shown(found, form), 422
    try:
        with transaction():
            count = end_exemption(
                actor(), exemption=found, unit=unit, reason=form.reason.data or "", past=bool(form.past.data)
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _shown(found, form), 422
    flash(_("Taken back; %(n)s duties stand open again.", n=count), "ok")
    return redirect(url_for("duties.exemption", exemption_id=exemption_id), 303)
