"""Hours by unit: sums and how many reached their number; the people of a unit by name; hours of several people."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.study.forms import EntryForm, conversions
from services.web.study.views.routes import (
    address,
    blueprint,
    filters_of,
    ticked,
    unit_asked,
    year_asked,
    years,
)
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import transaction
from shared.errors import Invalid
from shared.events.actions.study import enter_for
from shared.events.queries import people_on
from shared.events.queries.study import UnitsFilter, learners_page, unit_hours, units_page
from shared.events.queries.study.hours import SHOWN
from shared.events.study import FORMS, rule_of
from shared.i18n import _
from shared.organisations.models import Unit


def units_filter() -> UnitsFilter:
    """The filter of the list of units, from its address."""
    unit = unit_asked()
    after = request.args.get("after", "")
    return UnitsFilter(year_asked(), unit.id if unit else None, after[:400] or None)


@blueprint.get("/units")
@requires(Permission.EVENT_VIEW)
def units() -> str:
    """The units of the reach in the order of the tree."""
    given, unit = units_filter(), unit_asked()
    rows, further = units_page(actor(), given)
    kept = {"year": given.year, "unit_id": given.unit_id}
    return render_template(
        "study/units.html",
        rows=rows,
        forms=FORMS,
        rules=[rule for who in ("members", "committee") if (rule := rule_of("party", who, given.year))],
        further=address("study.units", after=further, **kept) if further else None,
        **filters_of(given.year, unit),
    )


def _after() -> tuple[str, int] | None:
    key, _colon, place = request.args.get("after", "").rpartition(":")
    return (key, int(place)) if place.isascii() and place.isdigit() and len(place) < 19 else None


@blueprint.get("/units/<int:unit_id>")
@requires(Permission.EVENT_VIEW)
def unit(unit_id: int) -> str:
    """One unit: its sums, its attendance, and by name who has not reached the number yet."""
    of = fetch(Unit, unit_id, actor=actor(), may=Permission.EVENT_VIEW)
    year, show = year_asked(), request.args.get("show", "")
    show = show if show in SHOWN else "missing"
    rows, further = learners_page(of.id, year, show, _after())
    return render_template(
        "study/unit.html",
        unit=of,
        year=year,
        years=years(),
        show=show,
        sums=unit_hours(of, year),
        rows=rows,
        forms=FORMS,
        rules=[rule for who in ("members", "committee") if (rule := rule_of(of.line, who, year))],
        shows={one: address("study.unit", unit_id=of.id, year=year, show=one) for one in SHOWN},
        further=address("study.unit", unit_id=of.id, year=year, show=show, after=f"{further[0]}:{further[1]}")
        if further
        else None,
        keeps=actor().can(Permission.DUTY_RECORD, of.path),
    )


def _enter_page(of: Unit, form: EntryForm, chosen: set[int], status: int = 200) -> tuple[str, int]:
    return (
        render_template(
            "study/enter.html",
            unit=of,
            form=form,
            chosen=chosen,
            people=people_on(of.id, form.on_date.data or today()),
            conversions=conversions(),
        ),
        status,
    )


@blueprint.route("/units/<int:unit_id>/enter", methods=["GET", "POST"])
@requires(Permission.DUTY_RECORD)
def enter(unit_id: int) -> Response | tuple[str, int]:
    """Hours of several people from a course that is no record of the unit."""
    of = fetch(Unit, unit_id, actor=actor(), may=Permission.DUTY_RECORD)
    if request.method == "GET":
        return _enter_page(of, EntryForm.filled("central"), set())
    form = EntryForm()
    form.offer()
    chosen = ticked("person")
    if not form.validate_on_submit() or not form.form_key.data:
        return _enter_page(of, form, set(chosen), 422)
    try:
        with transaction():
            done = enter_for(
                actor(),
                unit=of,
                person_ids=chosen,
                on_date=form.on_date.data,
                form=form.form.data or "",
                hours=form.hours.data,
                subject=form.subject.data or "",
                form_key=form.form_key.data,
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _enter_page(of, form, set(chosen), 422)
    flash(_("Hours signed for %(n)s people", n=done.people), "ok")
    if done.own:
        flash(_("Your own hours are signed by somebody else: another keeper or the superior."), "run")
    if done.full:
        flash(_("%(n)s people were left out: their day would have more than 24 hours.", n=done.full), "due")
    return redirect(url_for("study.unit", unit_id=of.id), 303)
