"""Pages of the tree and its units."""

import secrets
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.organisations.forms import DissolveForm, MoveForm, UnitForm
from services.web.organisations.views.lacking import lacking
from services.web.organisations.views.tree import one_level, unfolded_tree
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions.plan import plan_ahead
from shared.duties.queries import unit_todo
from shared.errors import Forbidden, Invalid
from shared.i18n import _, lazy_
from shared.members.queries import count_by_status, posts_at
from shared.members.statuses import STATUSES, statuses_on
from shared.organisations import actions, queries
from shared.organisations.kinds import KINDS, SECTORS, kind_name, may_stand_under
from shared.organisations.models import Unit

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")

_WORDS = {
    "set_up": lazy_("Set up"),
    "rename": lazy_("Renamed"),
    "move": lazy_("Put under another superior"),
    "change": lazy_("Kind changed"),
    "dissolve": lazy_("Dissolved"),
}


def _line() -> str:
    return "union" if actor().tenant_kind == "union" else "party"


@blueprint.get("")
@requires(Permission.UNIT_VIEW)
def index() -> str | Response:
    """The actor's own unit, or the top of the tree; with `q` the units that match in the tree's place."""
    unit = queries.first_in_reach(actor())
    if unit is None:
        if not actor().reaches(Permission.UNIT_VIEW):
            raise Forbidden(_("Your role reaches no unit."))
        return render_template("organisations/empty.html", may_edit=actor().can(Permission.UNIT_EDIT))
    return _page(unit)


@blueprint.get("/<int:unit_id>")
@requires(Permission.UNIT_VIEW)
def show(unit_id: int) -> str:
    return _page(fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_VIEW))


@blueprint.get("/<int:unit_id>/below")
@requires(Permission.UNIT_VIEW)
def below(unit_id: int) -> str:
    """The tree's lines below one unit, fetched at its first unfolding."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_VIEW)
    return render_template("organisations/_below.html", nodes=one_level(actor(), unit.id))


def _page(unit: Unit) -> str:
    on, who = today(), actor()
    words = request.args.get("q", "").strip()[:60]
    card = queries.unit_card(unit)
    posts = posts_at(unit.id)
    counts = count_by_status(unit.path)
    order = statuses_on(unit.line)
    by_status = {count.status: count.people for count in counts}
    members = sum(
        count.people for count in counts if count.status in STATUSES and STATUSES[count.status].counts
    )
    spec = KINDS.get(unit.kind)
    return render_template(
        "organisations/show.html",
        unit=unit,
        card=card,
        kind=kind_name(unit.kind),
        sector=SECTORS.get(unit.sector, ""),
        term_years=spec.term_years if spec else None,
        tree=None if words else unfolded_tree(who, unit.path),
        typed=words,
        hits=queries.find(who, words) if words else [],
        kind_name=kind_name,
        posts=posts,
        leader=next((row for row in posts if row.rank == 1), None),
        counts=[
            (STATUSES[key].name, key, by_status.get(key, 0))
            for key in order
            if by_status.get(key) or key == order[0]
        ],
        members=members,
        todo=unit_todo(who, unit.id, on) if who.can(Permission.DUTY_VIEW, unit.path) else [],
        lacks=lacking(unit, on=on, posts=posts, counts=counts) if unit.state == "active" else [],
        history=[(change, _WORDS[change.what]) for change in queries.history(unit.id)],
        term_left=(unit.term_ends_on - on).days if unit.term_ends_on else None,
        on=on,
        may_edit=unit.state == "active" and who.can(Permission.UNIT_EDIT, unit.path),
        may_record=unit.state == "active" and who.can(Permission.DUTY_RECORD, unit.path),
        form_key=secrets.token_hex(12),
        may_remind=who.can(Permission.REMINDER_SEND, unit.path),
        may_members=who.can(Permission.MEMBER_VIEW, unit.path),
        may_people=unit.state == "active" and who.can(Permission.MEMBER_EDIT, unit.path),
    )


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
    form.offer(parent.kind if parent else None, parent.line if parent else _line())
    return _unit_form(form, title=_("New unit"), unit=None, parent=parent, address=request.path)


@blueprint.post("/add")
@blueprint.post("/<int:unit_id>/add", endpoint="create_below")
@requires(Permission.UNIT_EDIT)
def create(unit_id: int | None = None) -> str | Response | tuple[str, int]:
    parent = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT) if unit_id is not None else None
    if parent is None and not actor().can(Permission.UNIT_EDIT):
        raise Forbidden(_("Your role does not include this."))
    form = UnitForm()
    form.offer(parent.kind if parent else None, parent.line if parent else _line())
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
def change(unit_id: int) -> str:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    form = UnitForm(obj=unit)
    _offer_for(form, unit)
    return _unit_form(form, title=_("Change the unit"), unit=unit, parent=None, address=request.path)


def _offer_for(form: UnitForm, unit: Unit) -> None:
    parent = queries.superior(unit)
    form.offer(parent.kind if parent else None, unit.line, present=unit.kind)


@blueprint.post("/<int:unit_id>/change")
@requires(Permission.UNIT_EDIT)
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
    form.parent_id.choices = [
        (node.id, "　" * (node.depth - 1) + node.name)
        for node in queries.tree(actor())
        if not node.path.startswith(unit.path)
        and node.id != unit.parent_id
        and may_stand_under(unit.kind, node.kind)
    ]
    return form


@blueprint.get("/<int:unit_id>/move")
@requires(Permission.UNIT_EDIT)
def move_page(unit_id: int) -> str:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    return render_template(
        "organisations/move.html", form=_move_form(unit), unit=unit, card=queries.unit_card(unit)
    )


@blueprint.post("/<int:unit_id>/move")
@requires(Permission.UNIT_EDIT)
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
