"""The steps of a draft: added one by one or pasted, put in order, taken out."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.reforms.forms import PasteForm, StepForm
from services.web.reforms.views.routes import blueprint, held, number
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations import queries as tree
from shared.organisations.kinds import kind_name
from shared.organisations.models import Unit
from shared.reforms import actions, queries
from shared.reforms.models import Reform, Step
from shared.reforms.operations import OPERATIONS, Operation

#: Units found by one search.
HITS = 12


@dataclass
class Chooser:
    """The choice of one of the units that a step names."""

    #: unit or into.
    name: str
    title: str
    needed: bool
    unit: Unit | None = None
    step: Step | None = None
    typed: str = ""
    hits: Sequence[tuple[int, str, str, str]] = ()
    made: Sequence[Step] = ()

    @property
    def chosen(self) -> str:
        return self.unit.name if self.unit else self.step.name if self.step else ""

    @property
    def value(self) -> str:
        return str(self.unit.id) if self.unit else f"s{self.step.id}" if self.step else ""


def _operation() -> tuple[str, Operation]:
    key = request.values.get("operation", "")
    if key not in OPERATIONS:
        raise Invalid(_("Choose what is to be done."))
    return key, OPERATIONS[key]


def _choose(reform: Reform, name: str, title: str, *, needed: bool) -> Chooser:
    """What the address or the form says of one unit: chosen, or searched for."""
    found = Chooser(name, title, needed)
    value = request.values.get(name, "")
    made = [step for step in queries.steps_of(reform.id) if step.operation in ("set_up", "split")]
    if name == "into" and value[:1] == "s" and value[1:].isdigit():
        found.step = next((step for step in made if str(step.id) == value[1:]), None)
    elif (key := number(name)) is not None:
        found.unit = fetch(Unit, key, actor=actor(), may=Permission.UNIT_VIEW)
    found.typed = " ".join(request.args.get(f"q_{name}", "").split())[:60]
    if found.typed and not found.chosen:
        found.hits = tree.find(actor(), found.typed, limit=HITS)
    found.made = made if name == "into" else ()
    return found


def _choosers(reform: Reform, spec: Operation) -> list[Chooser]:
    found = []
    if spec.takes("unit"):
        found.append(_choose(reform, "unit", _("Unit"), needed="unit" in spec.asks))
    if spec.takes("into"):
        title = str(spec.into) if spec.into else _("The other unit")
        found.append(_choose(reform, "into", title, needed="into" in spec.asks))
    return found


def _page(
    reform: Reform, key: str, spec: Operation, choosers: list[Chooser], form: StepForm, people: set[int]
) -> str:
    by_name = {one.name: one for one in choosers}
    unit = by_name["unit"].unit if "unit" in by_name else None
    return render_template(
        "reforms/step.html",
        reform=reform,
        operation=key,
        spec=spec,
        choosers=choosers,
        ready=all(one.chosen for one in choosers if one.needed),
        form=form,
        members=queries.members_at(unit.id) if unit is not None and spec.takes("people") else [],
        chosen=people,
        kind_name=kind_name,
    )


def _offer(form: StepForm, key: str, choosers: list[Chooser]) -> None:
    """The kinds that may stand where the step puts its unit."""
    by_name = {one.name: one for one in choosers}
    if key == "set_up":
        into = by_name["into"]
        parent = into.unit.kind if into.unit else into.step.kind if into.step else None
        form.offer(line=into.unit.line if into.unit else None, parent=parent, top=not into.chosen)
        return
    unit = by_name["unit"].unit if "unit" in by_name else None
    above = tree.superior(unit) if unit is not None else None
    form.offer(
        line=unit.line if unit else None,
        parent=above.kind if above else None,
        top=unit is not None,
        present=unit.kind if unit is not None and key == "upgrade" else "",
    )


@blueprint.get("/<int:reform_id>/steps/add")
@requires(Permission.REFORM_EDIT)
def step_page(reform_id: int) -> str | Response:
    """Choose the units of a step by search, then fill in the rest."""
    reform = held(reform_id)
    try:
        key, spec = _operation()
    except Invalid:
        return redirect(url_for("reforms.show", reform_id=reform_id), 303)
    choosers = _choosers(reform, spec)
    unit = next((one.unit for one in choosers if one.name == "unit"), None)
    form = StepForm()
    _offer(form, key, choosers)
    if unit is not None and key in ("rename", "upgrade"):
        form.name.data = unit.name
    if unit is not None and key == "split":
        form.kind.data = unit.kind
    return _page(reform, key, spec, choosers, form, set())


@blueprint.post("/<int:reform_id>/steps/add")
@requires(Permission.REFORM_EDIT)
def add_step(reform_id: int) -> Response | tuple[str, int]:
    reform = held(reform_id)
    key, spec = _operation()
    choosers = _choosers(reform, spec)
    by_name = {one.name: one for one in choosers}
    unit, into = by_name.get("unit"), by_name.get("into")
    form = StepForm()
    _offer(form, key, choosers)
    people = {int(value) for value in request.form.getlist("people") if value.isdigit() and len(value) < 16}
    if form.validate():
        try:
            with transaction():
                actions.add_step(
                    actor(),
                    reform,
                    operation=key,
                    unit_id=unit.unit.id if unit and unit.unit else None,
                    into_id=into.unit.id if into and into.unit else None,
                    into_step_id=into.step.id if into and into.step else None,
                    name=form.name.data or "",
                    kind=form.kind.data or "",
                    sector=form.sector.data or "",
                    receiver=form.receiver.data or "",
                    people=sorted(people),
                )
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(_("Step added"), "ok")
            return redirect(url_for("reforms.show", reform_id=reform_id, _anchor="steps"), 303)
    return _page(reform, key, spec, choosers, form, people), 422


def _step(step_id: int) -> tuple[Step, Reform]:
    step = fetch(Step, step_id, actor=actor(), may=Permission.REFORM_EDIT)
    return step, held(step.reform_id)


@blueprint.post("/steps/<int:step_id>/remove")
@requires(Permission.REFORM_EDIT)
def remove_step(step_id: int) -> Response:
    step, reform = _step(step_id)
    with transaction():
        actions.remove_step(actor(), reform, step_id=step.id)
    flash(_("Step removed"), "ok")
    return redirect(url_for("reforms.show", reform_id=reform.id, _anchor="steps"), 303)


@blueprint.post("/steps/<int:step_id>/shift")
@requires(Permission.REFORM_EDIT)
def shift_step(step_id: int) -> Response:
    step, reform = _step(step_id)
    by = 1 if request.form.get("to") == "later" else -1
    with transaction():
        actions.shift_step(actor(), reform, step_id=step.id, by=by)
    return redirect(url_for("reforms.show", reform_id=reform.id, _anchor="steps"), 303)


@blueprint.get("/<int:reform_id>/paste")
@requires(Permission.REFORM_EDIT)
def paste_page(reform_id: int) -> str:
    return _paste(held(reform_id), PasteForm(), [])


def _paste(reform: Reform, form: PasteForm, wrong: list[tuple[int, str]]) -> str:
    words = [str(spec.aliases[0]) for key, spec in OPERATIONS.items() if key != "split" and spec.aliases]
    return render_template("reforms/paste.html", reform=reform, form=form, wrong=wrong, known=words)


@blueprint.post("/<int:reform_id>/paste")
@requires(Permission.REFORM_EDIT)
def paste(reform_id: int) -> Response | tuple[str, int]:
    """All lines or none: a line that is not understood is named with its number."""
    reform = held(reform_id)
    form = PasteForm()
    if not form.validate():
        return _paste(reform, form, []), 422
    found = queries.read_pasted(form.lines.data or "", queries.steps_of(reform.id))
    if found.wrong or not found.rows:
        return _paste(reform, form, found.wrong), 422
    try:
        with transaction():
            count = actions.add_steps(actor(), reform, found.rows)
    except (Invalid, Conflict) as problem:
        flash(str(problem), "late")
    else:
        flash(_("%(n)s steps added", n=count), "ok")
    return redirect(url_for("reforms.show", reform_id=reform_id, _anchor="steps"), 303)
