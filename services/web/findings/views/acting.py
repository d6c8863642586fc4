"""One finding with its story, each act on it, and what proves it."""

import io
import secrets

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.files import accepted
from services.web.fields import show_problem
from services.web.findings.forms import ActForm, ChangeForm, MeasureForm
from services.web.findings.views.routes import blueprint
from services.web.findings.words import ACTS as ACT_WORDS
from services.web.findings.words import KINDS, STATES
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.files import File, read
from shared.files.accepting import LARGEST
from shared.findings.actions.entering import change_finding
from shared.findings.actions.measures import OPEN
from shared.findings.actions.working import (
    ACTS,
    OF_APPROVERS,
    OF_THE_KEEPER,
    OF_THE_UNIT,
    Said,
    act_on,
    barred,
    may_approve,
)
from shared.findings.models import Finding, FindingNote, Inspection
from shared.findings.queries.approvers import approvers
from shared.findings.queries.lists import measures_of
from shared.findings.queries.story import linked, notes, offered_records, people_for
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import keys


def page_of(
    finding: Finding,
    *,
    form: ActForm | None = None,
    measure: MeasureForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    """The page of one finding; `form` and `measure` as they were sent, with what is wrong."""
    unit = fetch(Unit, finding.unit_id, actor=actor(), may=Permission.FINDING_VIEW)
    inspection = db.session.execute(
        select(Inspection).where(Inspection.id == finding.inspection_id)
    ).scalar_one()
    leading = db.session.scalar(select(Unit.path).where(Unit.id == inspection.unit_id)) or ""
    works = actor().can(Permission.FINDING_WORK, unit.path)
    keeps = actor().can(Permission.FINDING_EDIT, unit.path)
    possible = [act for act, rule in ACTS.items() if finding.state in rule.of]
    checks = [
        act for act in possible if act in OF_APPROVERS and actor().can(Permission.FINDING_APPROVE, unit.path)
    ]
    if form is None:
        form = ActForm(
            formdata=None, form_key=secrets.token_hex(12), version=str(finding.version), on_date=today()
        )
    records = offered_records(unit.id) if works else []
    form.event_id.choices = [("", "—"), *((key, f"{day} {title}") for key, title, day in records)]
    measure = measure or MeasureForm(formdata=None, form_key=secrets.token_hex(12), due_on=finding.due_on)
    measure.offer(people_for(unit) if works and finding.state in OPEN else {})
    return (
        render_template(
            "findings/show.html",
            finding=finding,
            unit=unit,
            inspection=inspection,
            sees_inspection=actor().can(Permission.FINDING_VIEW, leading),
            form=form,
            change=ChangeForm(formdata=None, obj=finding),
            measure=measure,
            measures=measures_of([finding.id]).get(finding.id, []),
            notes=notes(finding.id),
            linked=linked(finding),
            states=STATES,
            acts=ACT_WORDS,
            kinds=KINDS,
            mine=[act for act in possible if act in OF_THE_UNIT and works],
            checks=checks,
            barred=barred(actor(), finding)
            if "approve" in checks and not may_approve(actor(), finding)
            else "",
            few=_few(finding, unit),
            kept=[act for act in possible if act in OF_THE_KEEPER and keeps],
            works=works and finding.state in OPEN,
            keeps=keeps and finding.state not in ("void", "reopened"),
            late=finding.state in OPEN and finding.due_on < today(),
            largest=LARGEST,
        ),
        status,
    )


def _few(finding: Finding, unit: Unit) -> list[str] | None:
    """The names of those who may agree, where they are too few to close it; None where they are enough."""
    if finding.state in ("closed", "reopened", "void"):
        return None
    able = approvers(unit.path)
    others = [name for key, name in able.items() if key != finding.applied_by]
    return others if len(others) < (2 if finding.applied_by or len(able) > 2 else 3) else None


@blueprint.get("/<int:finding_id>")
@requires(Permission.FINDING_VIEW)
def show(finding_id: int) -> tuple[str, int]:
    return page_of(fetch(Finding, finding_id, actor=actor(), may=Permission.FINDING_VIEW))


@blueprint.post("/<int:finding_id>/work")
@requires(Permission.FINDING_WORK)
@limiter.limit("240 per hour")
def work(finding_id: int) -> BaseResponse | tuple[str, int]:
    """The unit's acts: begin, say how far it is, apply for closing with what proves it."""
    return _acted(
        fetch(Finding, finding_id, actor=actor(), may=Permission.FINDING_WORK, lock=True), OF_THE_UNIT
    )


@blueprint.post("/<int:finding_id>/check")
@requires(Permission.FINDING_APPROVE)
@limiter.limit("240 per hour")
def check(finding_id: int) -> BaseResponse | tuple[str, int]:
    """Agree or return; the second who agrees closes it."""
    return _acted(
        fetch(Finding, finding_id, actor=actor(), may=Permission.FINDING_APPROVE, lock=True), OF_APPROVERS
    )


@blueprint.post("/<int:finding_id>/settle")
@requires(Permission.FINDING_EDIT)
@limiter.limit("240 per hour")
def settle(finding_id: int) -> BaseResponse | tuple[str, int]:
    """Look at a closed one again: it holds or it does not; declare one void that was entered wrongly."""
    return _acted(
        fetch(Finding, finding_id, actor=actor(), may=Permission.FINDING_EDIT, lock=True), OF_THE_KEEPER
    )


def _acted(finding: Finding, offered: tuple[str, ...]) -> BaseResponse | tuple[str, int]:
    act = next((act for act in offered if act == request.form.get("act")), None)
    if act is None:
        raise Conflict(_("This step cannot follow; look at the finding again."))
    form = ActForm()
    if not form.validate() or not form.form_key.data:
        return page_of(finding, form=form, status=422)
    try:
        files = accepted(request.files.getlist("file")) if act in OF_THE_UNIT else []
        with transaction():
            act_on(
                actor(),
                finding=finding,
                act=act,
                said=Said(
                    remark=form.remark.data or "",
                    on_date=form.on_date.data,
                    event_id=form.event_id.data if act in OF_THE_UNIT else None,
                    file=files[0] if files else None,
                ),
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return page_of(finding, form=form, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(finding.version)
        return page_of(finding, form=form, status=409)
    flash(
        _(
            "Noted: %(act)s",
            act=str(ACT_WORDS["close" if finding.state == "closed" and act == "approve" else act]),
        ),
        "ok",
    )
    return redirect(url_for("findings.show", finding_id=finding.id), 303)


@blueprint.post("/<int:finding_id>/change")
@requires(Permission.FINDING_EDIT)
def change(finding_id: int) -> BaseResponse | tuple[str, int]:
    """The last day, the day of looking again, whether it is kept up for long."""
    finding = fetch(Finding, finding_id, actor=actor(), may=Permission.FINDING_EDIT, lock=True)
    form = ChangeForm()
    form.validate()
    try:
        if form.errors:
            raise Invalid(
                _("Some fields need another look."),
                fields={key: texts[0] for key, texts in form.errors.items()},
            )
        with transaction():
            changed = change_finding(
                actor(),
                finding=finding,
                due_on=form.due_on.data,
                check_on=form.check_on.data,
                long_term=bool(form.long_term.data),
                version=person_key(form.version.data) or 0,
            )
    except Invalid as problem:
        flash("；".join(str(text) for text in problem.fields.values()) or str(problem), "due")
        return page_of(finding, status=422)
    flash(_("Saved.") if changed else _("Nothing was different."), "ok")
    return redirect(url_for("findings.show", finding_id=finding_id), 303)


@blueprint.get("/proofs/<int:finding_note_id>")
@requires(Permission.FINDING_VIEW)
def proof(finding_note_id: int) -> Response:
    """A file that proves something; it hangs at the finding and is served by its reach only."""
    note = db.session.execute(
        select(FindingNote).where(FindingNote.id == finding_note_id)
    ).scalar_one_or_none()
    if note is None or note.file_id is None:
        raise NotFound(_("There is nothing at this address."))
    finding = fetch(Finding, note.finding_id, actor=actor(), may=Permission.FINDING_VIEW)
    file = db.session.execute(select(File).where(File.id == note.file_id)).scalar_one()
    if file.deleted_at is not None:
        raise NotFound(_("This file has been deleted after its time."))
    data, name, media_type = read(file, keys=keys() if file.sealed else None), note.file_name, file.media_type
    with transaction():
        record(
            actor(),
            verb="file.download",
            object_type="finding",
            object_id=finding.id,
            unit_id=finding.unit_id,
        )
    answer = send_file(
        io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, max_age=0
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
