"""The register of honours: what superiors awarded to units."""

import secrets
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.rounds.forms import HonourForm
from services.web.rounds.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.honours import Award, add_honour, drop_honour
from shared.assessments.grades import LEVELS
from shared.assessments.models import Honour
from shared.assessments.queries.honours import HonourFilter, honours
from shared.clock import today
from shared.db import transaction
from shared.duties.queries.scopes import offered_units, scope_units
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.models import Unit

#: The register shows years back to this many.
YEARS = 10


def honours_asked() -> HonourFilter:
    """The filter of the register as the address says it."""
    unit_id = person_key(request.args.get("unit_id"))
    below = fetch(Unit, unit_id, actor=actor(), may=Permission.SCORE_VIEW).path if unit_id else None
    level = request.args.get("level", "")
    year = request.args.get("year", type=int)
    return HonourFilter(
        below=below,
        level=level if level in LEVELS else None,
        year=year if year is not None and today().year - YEARS <= year <= today().year else None,
        after=_after(request.args.get("after", "")),
    )


def _after(text: str) -> tuple[date, int] | None:
    day, _sign, key = text.partition(":")
    number = person_key(key)
    try:
        return (date.fromisoformat(day), number) if number else None
    except ValueError:
        return None


def _page(form: HonourForm | None = None, status: int = 200) -> tuple[str, int]:
    acting, given = actor(), honours_asked()
    rows, more = honours(acting, given)
    may_add = acting.may(Permission.ROUND_RUN)
    if form is None:
        form = HonourForm(formdata=None, form_key=secrets.token_hex(12), granted_on=today())
    if may_add:
        form.offer(offered_units(acting, Permission.ROUND_RUN))
    return render_template(
        "rounds/honours.html",
        rows=rows,
        more=None if more is None else f"{more[0].isoformat()}:{more[1]}",
        given=given,
        unit_id=person_key(request.args.get("unit_id")),
        levels=LEVELS,
        years=range(today().year, today().year - YEARS, -1),
        scopes=scope_units(acting, Permission.SCORE_VIEW),
        may_add=may_add,
        may_drop={row.id for row in rows if acting.can(Permission.ROUND_RUN, row.unit_path)},
        form=form,
    ), status


@blueprint.get("/honours")
@requires(Permission.SCORE_VIEW)
def honour_list() -> tuple[str, int]:
    """Honours of the units in reach, the latest first."""
    return _page()


@blueprint.post("/honours")
@requires(Permission.ROUND_RUN)
def honour_add() -> Response | tuple[str, int]:
    """Register one."""
    form = HonourForm()
    form.offer(offered_units(actor(), Permission.ROUND_RUN))
    if not form.validate_on_submit() or not form.form_key.data:
        return _page(form, 422)
    unit = fetch(Unit, form.unit_id.data or 0, actor=actor(), may=Permission.ROUND_RUN)
    try:
        with transaction():
            add_honour(
                actor(),
                unit=unit,
                given=Award(
                    form.name.data or "", form.level.data, form.granted_by.data or "", form.granted_on.data
                ),
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form, 422)
    flash(_("The honour is registered; it counts the next time grades are given."), "ok")
    return redirect(url_for("rounds.honour_list"), 303)


@blueprint.post("/honours/<int:honour_id>/drop")
@requires(Permission.ROUND_RUN)
def honour_drop(honour_id: int) -> Response:
    """Take out what was entered wrongly."""
    with transaction():
        row = fetch(Honour, honour_id, actor=actor(), may=Permission.ROUND_RUN, lock=True)
        drop_honour(actor(), honour=row)
    flash(_("The honour is taken out of the register."), "ok")
    return redirect(url_for("rounds.honour_list"), 303)
