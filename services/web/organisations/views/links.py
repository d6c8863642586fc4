"""The link of a unit with those of the other line (党建带工建): begun and ended by date."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.organisations.forms import EndLinkForm, LinkForm
from services.web.organisations.views.unit import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations import actions, queries
from shared.organisations.kinds import kind_name
from shared.organisations.models import Unit, UnitLink

#: So many units of the other line are offered without a search.
OFFERED = 200


def _offered(unit: Unit, words: str) -> list[tuple[int, str]]:
    """The units of the other line: those found, or the first of the tree."""
    other = "union" if unit.line == "party" else "party"
    if words:
        found = queries.find(actor(), words, limit=50, permission=Permission.UNIT_EDIT, line=other)
        return [(unit_id, f"{name}（{kind_name(kind)}）") for unit_id, name, kind, _path in found]
    return [
        (unit_id, "　" * depth + name)
        for unit_id, name, depth in queries.choices(actor(), Permission.UNIT_EDIT, limit=OFFERED, line=other)
    ]


def _page(unit: Unit, form: LinkForm) -> str:
    words = request.args.get("q", "").strip()[:60]
    offered = _offered(unit, words)
    form.other_id.choices = offered
    ends = EndLinkForm(None)
    ends.on.data = today()
    return render_template(
        "organisations/links.html",
        unit=unit,
        form=form,
        ends=ends,
        typed=words,
        found=len(offered),
        capped=not words and len(offered) == OFFERED,
        links=queries.links_of(unit),
    )


@blueprint.get("/<int:unit_id>/links")
@requires(Permission.UNIT_EDIT)
def link_page(unit_id: int) -> str:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    return _page(unit, LinkForm(None, data={"since": today()}))


@blueprint.post("/<int:unit_id>/links")
@requires(Permission.UNIT_EDIT)
def link(unit_id: int) -> Response | tuple[str, int]:
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_EDIT)
    form = LinkForm()
    form.other_id.validate_choice = False
    form.other_id.choices = []
    if form.validate():
        other = fetch(Unit, form.other_id.data, actor=actor(), may=Permission.UNIT_EDIT)
        try:
            with transaction():
                actions.link_units(actor(), unit, other=other, since=form.since.data or today())
        except Invalid as problem:
            show_problem(form, problem)
        except Conflict as problem:
            db.session.rollback()
            form.form_errors.append(str(problem))
        else:
            flash(_("%(name)s and %(other)s are linked", name=unit.name, other=other.name), "ok")
            return redirect(url_for("organisations.show", unit_id=unit.id), 303)
    return _page(unit, form), 422


@blueprint.post("/links/<int:link_id>/end")
@requires(Permission.UNIT_EDIT)
def end_link(link_id: int) -> Response:
    found = fetch(UnitLink, link_id, actor=actor(), may=Permission.UNIT_EDIT)
    form = EndLinkForm()
    back = redirect(url_for("organisations.link_page", unit_id=found.union_unit_id), 303)
    if not form.validate():
        flash({"title": _("Not done"), "text": _("Give the day on which the link ends.")}, "late")  # type: ignore[arg-type]
        return back
    try:
        with transaction():
            ended = actions.end_link(actor(), found, on=form.on.data or today())
    except Invalid as problem:
        flash({"title": _("Not done"), "text": next(iter(problem.fields.values()))}, "late")  # type: ignore[arg-type]
        return back
    flash(_("The link is ended") if ended else _("The link had ended before"), "ok")
    return back
