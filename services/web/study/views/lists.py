"""What waits: absences to be made up for, and hours to be signed; many at once."""

from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.study.forms import MakeUpForm
from services.web.study.views.routes import (
    address,
    after_asked,
    blueprint,
    filters_of,
    ticked,
    unit_asked,
    year_asked,
)
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Invalid
from shared.events.actions.makeup import confirm_made_up
from shared.events.actions.study import decide
from shared.events.queries.study import (
    EntryFilter,
    MakeUpFilter,
    entries_page,
    make_up_count,
    to_make_up,
    waiting_count,
)
from shared.events.queries.study.makeup import CAP
from shared.events.study import FORMS
from shared.i18n import _

STATES = ("asked", "signed", "refused")


def make_up_filter() -> MakeUpFilter:
    """The filter of the list of absences, from its address."""
    unit = unit_asked()
    return MakeUpFilter(
        year=year_asked(),
        unit_id=unit.id if unit else None,
        asked=request.args.get("show") == "asked",
        after=after_asked(),
    )


def entry_filter() -> EntryFilter:
    """The filter of the entries, from its address."""
    unit, state, form = unit_asked(), request.args.get("state", ""), request.args.get("form", "")
    return EntryFilter(
        year=year_asked(),
        state=state if state in STATES else "asked",
        unit_id=unit.id if unit else None,
        form=form if form in FORMS else None,
        after=after_asked(),
    )


def _counted(number: int) -> str:
    return f"{CAP}+" if number > CAP else str(number)


def _index(form: MakeUpForm, chosen: set[int], status: int = 200) -> tuple[str, int]:
    given, unit = make_up_filter(), unit_asked()
    rows, further = to_make_up(actor(), given)
    everybody, asked = make_up_count(actor(), given)
    kept = {"year": given.year, "unit_id": given.unit_id}
    return (
        render_template(
            "study/index.html",
            given=given,
            rows=rows,
            form=form,
            chosen=chosen,
            counts=(_counted(everybody), _counted(asked)),
            tallies=(address("study.index", **kept), address("study.index", show="asked", **kept)),
            here=address("study.confirm", show="asked" if given.asked else None, after=given.after, **kept),
            further=address("study.index", show="asked" if given.asked else None, after=further, **kept)
            if further
            else None,
            may_confirm=actor().may(Permission.DUTY_RECORD),
            **filters_of(given.year, unit),
        ),
        status,
    )


@blueprint.get("")
@requires(Permission.EVENT_VIEW)
def index() -> tuple[str, int]:
    """Who has still to make up for what."""
    return _index(MakeUpForm.filled(), set())


@blueprint.post("/make-up")
@requires(Permission.DUTY_RECORD)
def confirm() -> Response | tuple[str, int]:
    """Those ticked have made up for it."""
    form = MakeUpForm()
    form.offer()
    chosen = ticked()
    if not form.validate_on_submit():
        return _index(form, set(chosen), 422)
    try:
        with transaction():
            done = confirm_made_up(
                actor(),
                attendance_ids=chosen,
                on=form.on.data,
                way=form.way.data or "",
                remark=form.remark.data or "",
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _index(form, set(chosen), 422)
    flash(_("Noted as made up for: %(n)s", n=done), "ok")
    given = make_up_filter()
    return redirect(
        address("study.index", year=given.year, unit_id=given.unit_id, show="asked" if given.asked else None),
        303,
    )


def _entries(*, wrong: str = "", chosen: set[int] | None = None, status: int = 200) -> tuple[str, int]:
    given, unit = entry_filter(), unit_asked()
    rows, further = entries_page(actor(), given)
    kept: dict[str, Any] = {"year": given.year, "unit_id": given.unit_id, "form": given.form}
    return (
        render_template(
            "study/entries.html",
            given=given,
            rows=rows,
            wrong=wrong,
            chosen=chosen or set(),
            remark=request.form.get("remark", ""),
            waiting=_counted(waiting_count(actor(), given.year, given.unit_id)),
            tallies={state: address("study.entries", state=state, **kept) for state in STATES},
            here=address("study.sign", state=given.state, after=given.after, **kept),
            further=address("study.entries", state=given.state, after=further, **kept) if further else None,
            forms=[("", _("All forms")), *((code, str(word)) for code, word in FORMS.items())],
            may_sign=actor().may(Permission.DUTY_RECORD),
            me=actor().person_id,
            **filters_of(given.year, unit),
        ),
        status,
    )


@blueprint.get("/hours")
@requires(Permission.EVENT_VIEW)
def entries() -> tuple[str, int]:
    """Entries of hours, those that wait first; signed ones are the rows behind a unit's sums."""
    return _entries()


@blueprint.post("/hours/decide")
@requires(Permission.DUTY_RECORD)
def sign() -> Response | tuple[str, int]:
    """Sign or refuse those ticked."""
    signs = request.form.get("decision") == "sign"
    chosen = ticked()
    try:
        with transaction():
            done, own = decide(actor(), entry_ids=chosen, sign=signs, remark=request.form.get("remark", ""))
    except Invalid as problem:
        return _entries(wrong=str(problem), chosen=set(chosen), status=422)
    flash(_("Signed: %(n)s", n=done) if signs else _("Refused: %(n)s", n=done), "ok")
    if own:
        flash(_("Your own entry was left to somebody else."), "run")
    given = entry_filter()
    return redirect(address("study.entries", year=given.year, unit_id=given.unit_id, form=given.form), 303)
