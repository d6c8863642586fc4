"""The list, a reorganisation with its preview, and its title, document and day."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.reforms.forms import ReformForm
from services.web.reforms.views.routes import blueprint, held, number, seen
from services.web.reforms.words import (
    built_link,
    count_rows,
    operation_name,
    pictures,
    sentence,
    state_of,
)
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.jobs import Job
from shared.reforms import actions, queries
from shared.reforms.models import Reform, Step
from shared.reforms.operations import OPERATIONS


@blueprint.get("")
@requires(Permission.REFORM_VIEW)
def index() -> str:
    rows = queries.reforms(before=number("before"))
    drafts = [row for row in rows if row.reform.state == "draft"]
    over = [row for row in rows if row.reform.state != "draft"]
    return render_template(
        "reforms/index.html",
        rows=drafts + over[: queries.PAGE],
        next_before=over[queries.PAGE - 1].reform.id if len(over) > queries.PAGE else None,
        state_of=state_of,
        may_edit=actor().can(Permission.REFORM_EDIT),
    )


@blueprint.get("/new")
@requires(Permission.REFORM_EDIT)
def new() -> str:
    return _form(ReformForm(data={"effective_on": today()}), None)


def _form(form: ReformForm, reform: Reform | None) -> str:
    form.prepare()
    return render_template("reforms/form.html", form=form, reform=reform)


@blueprint.post("/new")
@requires(Permission.REFORM_EDIT)
def create() -> Response | tuple[str, int]:
    """Begin a draft. The same form sent twice leads to the one draft."""
    form = ReformForm()
    if form.validate():
        key = (form.form_key.data or secrets.token_hex(12))[:64]
        known = db.session.scalar(select(Reform.id).where(Reform.form_key == key))
        if known is not None:
            return redirect(url_for("reforms.show", reform_id=known), 303)
        db.session.rollback()
        try:
            with transaction():
                reform = actions.begin_draft(
                    actor(),
                    title=form.title.data or "",
                    document_no=form.document_no.data or "",
                    effective_on=form.effective_on.data or today(),
                    note=form.note.data or "",
                    form_key=key,
                )
        except Invalid as problem:
            show_problem(form, problem)
        else:
            return redirect(url_for("reforms.show", reform_id=reform.id), 303)
    return _form(form, None), 422


@blueprint.get("/<int:reform_id>/change")
@requires(Permission.REFORM_EDIT)
def change(reform_id: int) -> str:
    reform = held(reform_id)
    return _form(ReformForm(obj=reform), reform)


@blueprint.post("/<int:reform_id>/change")
@requires(Permission.REFORM_EDIT)
def save(reform_id: int) -> Response | tuple[str, int]:
    reform = held(reform_id)
    form = ReformForm()
    if form.validate():
        try:
            with transaction():
                actions.change_draft(
                    actor(),
                    reform,
                    title=form.title.data or "",
                    document_no=form.document_no.data or "",
                    effective_on=form.effective_on.data or today(),
                    note=form.note.data or "",
                    version=number("version") or 0,
                )
        except Invalid as problem:
            show_problem(form, problem)
        else:
            flash(_("Changed"), "ok")
            return redirect(url_for("reforms.show", reform_id=reform_id), 303)
    return _form(form, reform), 422


@blueprint.post("/<int:reform_id>/discard")
@requires(Permission.REFORM_EDIT)
def discard(reform_id: int) -> Response:
    reform = held(reform_id)
    with transaction():
        actions.discard_draft(actor(), reform)
    flash(_("The draft is discarded; nothing of the tree was changed."), "ok")
    return redirect(url_for("reforms.index"), 303)


def job_of(reform: Reform) -> Job | None:
    if reform.job_id is None:
        return None
    found: Job | None = db.session.execute(select(Job).where(Job.id == reform.job_id)).scalar_one_or_none()
    return found


@blueprint.get("/<int:reform_id>")
@requires(Permission.REFORM_VIEW)
def show(reform_id: int) -> str:
    """A draft with its steps and preview; once executed, what came of it and whether it can be undone."""
    reform = seen(reform_id)
    job = job_of(reform)
    running = job is not None and job.state in {"queued", "running"}
    may_edit = actor().can(Permission.REFORM_EDIT) and not running
    steps = queries.steps_of(reform.id)
    shown: dict[str, Any] = _preview(reform) if reform.state == "draft" else _over(reform, may_edit)
    return render_template(
        "reforms/show.html",
        reform=reform,
        job=job,
        running=running,
        lines=_lines(steps),
        state=state_of(reform.state),
        may_edit=may_edit,
        operations=[(key, str(spec.name), str(spec.does)) for key, spec in OPERATIONS.items()],
        form_key=secrets.token_hex(12),
        on=today(),
        **shown,
    )


def _lines(steps: list[Step]) -> list[tuple[Step, str, str]]:
    """(step, operation, sentence) in their order."""
    keys = {key for step in steps for key in (step.unit_id, step.into_id) if key is not None}
    names = queries.unit_names(keys)
    made = {step.id: step.name for step in steps}
    return [(step, operation_name(step.operation), sentence(step, names, made)) for step in steps]


def _preview(reform: Reform) -> dict[str, Any]:
    found = queries.forecast(reform)
    named = {key for act in found.acts for key in (act.unit, act.into) if key is not None and key > 0}
    before, after = pictures(found.tree, named)
    whys = [(why.row, why.reason, why.change) for why in found.why]
    return {
        "found": found,
        "refused": found.refused,
        "before": before,
        "after": after,
        "counts": count_rows(found.before.values(), found.after.values(), whys) if found.steps else [],
        "units": len(found.tree.changed()) + len(found.tree.made()),
        "plans": any(node.kind != found.tree.grown[node.id].kind for node in found.tree.changed())
        or bool(found.tree.made()),
        "built": [],
    }


def _over(reform: Reform, may_edit: bool) -> dict[str, Any]:
    outcome = reform.outcome
    built = queries.built_on(reform) if reform.state == "executed" and may_edit else []
    return {
        "found": None,
        "refused": {},
        "before": [],
        "after": [],
        "counts": count_rows(outcome["before"], outcome["after"], outcome["why"]) if outcome else [],
        "units": 0,
        "plans": False,
        "built": [(_(queries.BUILT[one.kind].message, name=one.name), built_link(one)) for one in built],
    }


@blueprint.get("/<int:reform_id>/progress")
@requires(Permission.REFORM_VIEW)
def progress(reform_id: int) -> str:
    """The bar alone; once the work has ended it opens the page anew."""
    reform = seen(reform_id)
    job = job_of(reform)
    return render_template(
        "reforms/progress.html",
        reform=reform,
        job=job,
        running=job is not None and job.state in {"queued", "running"},
    )


@blueprint.post("/<int:reform_id>/execute")
@requires(Permission.REFORM_EDIT)
def execute(reform_id: int) -> Response:
    """Execute the draft as it was looked at; a large one in the background."""
    reform = held(reform_id)
    try:
        with transaction():
            job = actions.order_execution(
                actor(), reform, version=number("version") or 0, form_key=_form_key()
            )
    except Invalid as problem:
        flash(str(problem), "late")
    except Conflict as problem:
        db.session.rollback()
        # The same form sent twice: what it asked for is done or on its way.
        again = seen(reform_id)
        if again.state != "executed" and again.job_id is None:
            flash(str(problem), "due")
    else:
        flash(_("The reorganisation is executed.") if job is None else _("It is being executed."), "ok")
    return redirect(url_for("reforms.show", reform_id=reform_id), 303)


@blueprint.post("/<int:reform_id>/undo")
@requires(Permission.REFORM_EDIT)
def undo(reform_id: int) -> Response:
    """Put everything back as it was, as long as nothing was built on it."""
    reform = held(reform_id)
    try:
        with transaction():
            job = actions.order_undo(actor(), reform, form_key=_form_key())
    except Conflict as problem:
        db.session.rollback()
        if seen(reform_id).state != "undone":
            flash(str(problem), "due")
    else:
        flash(_("The reorganisation is undone.") if job is None else _("It is being undone."), "ok")
    return redirect(url_for("reforms.show", reform_id=reform_id), 303)


def _form_key() -> str | None:
    return request.form.get("form_key", "")[:64] or None
