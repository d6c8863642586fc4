"""Changing the tree: set up, change, move, dissolve."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.organisations.forms import DissolveForm, MoveForm, UnitForm
from services.web.organisations.views.unit import blueprint
from services.web.reforms.views.routes import undrafted
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions.plan import plan_ahead
from shared.errors import Forbidden, Invalid
from shared.i18n import _
from shared.members.queries import count_by_status
from shared.organisations import actions, queries
from shared.organisations.kinds import KINDS, may_stand_under
from shared.organisations.models import Unit


def _lines(parent: Unit | None) -> tuple[str, ...]:
    """A unit stands on its superior's line; at the top both lines are open, the tenant's own first."""
    if parent is not None:
        return (parent.line,)
    return ("union", "party") if actor().tenant_kind == "union" else ("party", "union")


def _register(form: UnitForm) -> actions.Register:
    return actions.Register(form.credit_code.data, form.legal_number.data, form.staff_count.data)


def _unit_form(form: UnitForm, *, title: str, unit: Unit | None, parent: Unit | None, address: str) -> str:
    return render_template(
        "organisations/form.html", form=form, title=title, unit=unit, parent=parent, address=address
    )


def _plan_again(unit: Unit) -> None:
    """What is due from a unit follows its kind, sector, start and state, in the same transaction."""
    db.session.flush()
    plan_ahead(actor(), unit_path=unit.path)


@blueprint.get("/add")
@blueprint.get("/<int:unit_id>/add", endpoint="add_below")
@requires(Permission.UNIT_EDIT)
def add(unit_id: int | None = None) -> str:
    """The form for a new unit below one, or at the top of the tree."""
    parent = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT) if unit_id is not None else None
    if parent is None and not actor().can(Permission.UNIT_EDIT):
        raise Forbidden(_("Your role does not include this."))
    form = UnitForm(
        data={"sector": parent.sector if parent else "organ", "duties_since": today().replace(day=1)}
    )
    form.offer(parent.kind if parent else None, _lines(parent))
    return _unit_form(form, title=_("New unit"), unit=None, parent=parent, address=request.path)


@blueprint.post("/add")
@blueprint.post("/<int:unit_id>/add", endpoint="create_below")
@requires(Permission.UNIT_EDIT)
def create(unit_id: int | None = None) -> str | Response | tuple[str, int]:
    parent = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT) if unit_id is not None else None
    if parent is None and not actor().can(Permission.UNIT_EDIT):
        raise Forbidden(_("Your role does not include this."))
    form = UnitForm()
    form.offer(parent.kind if parent else None, _lines(parent))
    if form.validate():
        try:
            with transaction():
                unit = actions.add_unit(
                    actor(),
                    parent=parent,
                    name=form.name.data or "",
                    kind=form.kind.data,
                    sector=form.sector.data,
                    founded_on=form.founded_on.data,
                    term_ends_on=form.term_ends_on.data,
                    duties_since=form.duties_since.data,
                    reason=form.reason.data or "",
                    register=_register(form),
                )
                _plan_again(unit)
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(_("%(name)s is set up", name=unit.name), "ok")
            return redirect(url_for("organisations.show", unit_id=unit.id), 303)
    return _unit_form(form, title=_("New unit"), unit=None, parent=parent, address=request.path), 422


@blueprint.get("/<int:unit_id>/change")
@requires(Permission.UNIT_EDIT)
@undrafted
def change(unit_id: int) -> str:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    form = UnitForm(obj=unit)
    _offer_for(form, unit)
    return _unit_form(form, title=_("Change the unit"), unit=unit, parent=None, address=request.path)


def _offer_for(form: UnitForm, unit: Unit) -> None:
    parent = queries.superior(unit)
    form.offer(parent.kind if parent else None, (unit.line,), present=unit.kind)


@blueprint.post("/<int:unit_id>/change")
@requires(Permission.UNIT_EDIT)
@undrafted
def save(unit_id: int) -> Response | tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    form = UnitForm()
    _offer_for(form, unit)
    if form.validate():
        try:
            with transaction():
                changed = actions.change_unit(
                    actor(),
                    unit,
                    name=form.name.data or "",
                    kind=form.kind.data,
                    sector=form.sector.data,
                    founded_on=form.founded_on.data,
                    term_ends_on=form.term_ends_on.data,
                    duties_since=form.duties_since.data or unit.duties_since,
                    reason=form.reason.data or "",
                    register=_register(form),
                )
                if changed:
                    _plan_again(unit)
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(_("Changed") if changed else _("Nothing was different"), "ok")
            return redirect(url_for("organisations.show", unit_id=unit.id), 303)
    return _unit_form(form, title=_("Change the unit"), unit=unit, parent=None, address=request.path), 422


def _move_form(unit: Unit) -> MoveForm:
    form = MoveForm()
    kinds = [kind for kind in KINDS if may_stand_under(unit.kind, kind)]
    form.parent_id.choices = [
        (unit_id, "　" * depth + name)
        for unit_id, name, depth in queries.choices(actor(), Permission.UNIT_EDIT, kinds=kinds, but=unit.path)
        if unit_id != unit.parent_id
    ]
    return form


@blueprint.get("/<int:unit_id>/move")
@requires(Permission.UNIT_EDIT)
@undrafted
def move_page(unit_id: int) -> str:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    return render_template(
        "organisations/move.html", form=_move_form(unit), unit=unit, card=queries.unit_card(unit)
    )


@blueprint.post("/<int:unit_id>/move")
@requires(Permission.UNIT_EDIT)
@undrafted
def move(unit_id: int) -> Response | tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    form = _move_form(unit)
    # A superior that is not among the choices is told apart: not there, not mine, or not possible.
    form.parent_id.validate_choice = False
    to = None
    if form.validate():
        to = fetch(Unit, form.parent_id.data, actor=actor(), may=Permission.UNIT_EDIT)
    if to is not None:
        try:
            with transaction():
                moved = actions.move_unit(actor(), unit, to=to, reason=form.reason.data or "")
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(
                _("%(name)s now stands below %(to)s, %(n)s units moved", name=unit.name, to=to.name, n=moved),
                "ok",
            )
            return redirect(url_for("organisations.show", unit_id=unit.id), 303)
    return render_template("organisations/move.html", form=form, unit=unit, card=queries.unit_card(unit)), 422


@blueprint.get("/<int:unit_id>/dissolve")
@requires(Permission.UNIT_EDIT)
@undrafted
def dissolve_page(unit_id: int) -> str:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    return _dissolve_page(unit, DissolveForm(data={"on": today()}))


def _dissolve_page(unit: Unit, form: DissolveForm) -> str:
    return render_template(
        "organisations/dissolve.html",
        form=form,
        unit=unit,
        card=queries.unit_card(unit),
        people=sum(count.people for count in count_by_status(unit.path, below=False)),
    )


@blueprint.post("/<int:unit_id>/dissolve")
@requires(Permission.UNIT_EDIT)
@undrafted
def dissolve(unit_id: int) -> Response | tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    form = DissolveForm()
    if form.validate():
        try:
            with transaction():
                actions.dissolve_unit(
                    actor(), unit, on=form.on.data or date.min, reason=form.reason.data or ""
                )
                _plan_again(unit)
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(_("%(name)s is dissolved", name=unit.name), "ok")
            return redirect(url_for("organisations.show", unit_id=unit.id), 303)
    return _dissolve_page(unit, form), 422
