"""Settings → Ladders: when whom is told of what is due, for all kinds of duty and for single ones."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from services.web.settings.forms import LadderForm
from services.web.settings.views.routes import blueprint
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Invalid
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.reminders.actions.ladders import drop_steps, has_steps, put_steps
from shared.reminders.queries.ladder import Steps, ladder


def effect(steps: Steps) -> list[tuple[str, str]]:
    """Each step in words with its colour, in the order in which an open item climbs."""
    found = [("due", _("%(n)s days before", n=steps.coming))] if steps.coming else []
    found.append(("due", _("on the last day")))
    found.append(("late", _("%(n)s days after", n=steps.overdue)))
    if steps.superior is not None:
        found.append(("late", _("%(n)s days after to the superior", n=steps.superior)))
    if steps.leader is not None:
        found.append(("late", _("%(n)s days after to the superior's leader", n=steps.leader)))
    return found


def _page(form: LadderForm) -> str:
    steps = ladder()
    line = {"bureau": "party", "union": "union"}.get(actor().tenant_kind or "")
    form.kind.choices = [
        ("", _("Choose")),
        *(
            (code, str(spec.name))
            for code, spec in KINDS.items()
            if has_steps(code) and (line is None or spec.line in (line, "both"))
        ),
    ]
    return render_template(
        "settings/ladders.html",
        form=form,
        default=effect(steps.default),
        own=[(kind, str(KINDS[kind].name), effect(one)) for kind, one in steps.own.items() if kind in KINDS],
        moved=not steps.hours.days.every_day,
    )


def _filled(kind: str) -> LadderForm:
    """The form with what holds now for a kind, or for all."""
    steps = ladder().of(kind)
    return LadderForm(
        formdata=None,
        kind=kind if has_steps(kind) else "",
        coming=steps.coming,
        overdue=steps.overdue,
        superior=steps.superior,
        leader=steps.leader,
    )


@blueprint.get("/ladders")
@requires(Permission.SETTING_EDIT)
def ladders() -> str:
    return _page(_filled(request.args.get("kind", "")))


@blueprint.post("/ladders")
@requires(Permission.SETTING_EDIT)
def put_ladder() -> str | Response | tuple[str, int]:
    """One kind of duty gets steps of its own."""
    form = LadderForm()
    form.kind.choices = [("", ""), *((code, str(spec.name)) for code, spec in KINDS.items())]
    if not form.validate_on_submit():
        return _page(form), 422
    steps = Steps(form.coming.data or 0, form.overdue.data or 0, form.superior.data, form.leader.data)
    try:
        with transaction():
            put_steps(actor(), kind=form.kind.data, steps=steps)
    except Invalid as problem:
        show_problem(form, problem)
        return _page(form), problem.status
    flash(_("Saved; it holds from now on."), "ok")
    return redirect(url_for("settings.ladders"), 303)


@blueprint.post("/ladders/drop")
@requires(Permission.SETTING_EDIT)
def drop_ladder() -> Response:
    """The steps of all kinds hold for this one again."""
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    with transaction():
        drop_steps(actor(), kind=request.form.get("kind", "")[:60])
    flash(_("The steps of all kinds hold for it again."), "ok")
    return redirect(url_for("settings.ladders"), 303)
