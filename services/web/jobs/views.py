"""Background jobs: what runs, what came of it, where its results lie."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from shared.access.actor import Actor
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.accounts.jobs import INVITE
from shared.assessments.jobs import PRINT_RESULT, SCORE
from shared.ballots.jobs import TIDY
from shared.circulars.jobs import SEND_MANY
from shared.clock import now
from shared.db import db, transaction
from shared.dispatches.jobs import SET
from shared.documents.jobs import PRINT
from shared.dues.jobs import DRAW
from shared.duties.jobs import PLAN
from shared.duties.models import DueItem
from shared.errors import Forbidden
from shared.exports.jobs import WRITE
from shared.exports.lists import LISTS
from shared.findings.jobs import REPORT
from shared.findings.models import Inspection
from shared.i18n import _, lazy_
from shared.imports.jobs import COMMIT, COMMIT_LEDGER, READ, READ_LEDGER, UNDO, UNDO_LEDGER
from shared.jobs import DECLARED, Job, JobKind, cancel, job_page, retry
from shared.members.jobs import BULK
from shared.members.models import BulkTarget, Membership
from shared.organisations.models import Unit
from shared.reforms.jobs import EXECUTE as EXECUTE_REFORM
from shared.reforms.jobs import UNDO as UNDO_REFORM
from shared.reminders.jobs import PRESS_MANY
from shared.tenants.jobs import FOUND, ROTATE
from shared.transfers.jobs import LETTER

blueprint = Blueprint("jobs", __name__)

PAGE = 30
KINDS: dict[str, JobKind] = {
    kind.name: kind
    for kind in (
        BULK,
        COMMIT,
        DRAW,
        FOUND,
        INVITE,
        LETTER,
        PLAN,
        PRESS_MANY,
        PRINT,
        READ,
        SEND_MANY,
        REPORT,
        ROTATE,
        PRINT_RESULT,
        SCORE,
        SET,
        TIDY,
        UNDO,
        WRITE,
        READ_LEDGER,
        COMMIT_LEDGER,
        UNDO_LEDGER,
        EXECUTE_REFORM,
        UNDO_REFORM,
    )
}


def title_of(job: Job) -> str:
    kind = KINDS.get(job.kind)
    return str(kind.title) if kind else job.kind


def outcome_of(job: Job) -> str:
    """What came of it, in one line."""
    if job.state == "failed":
        return _(job.problem) if job.problem else ""
    if job.state == "running" and job.total_count:
        return _("%(done)s of %(all)s done", done=job.done_count, all=job.total_count)
    if job.state != "done" or job.kind not in OUTCOMES:
        return ""
    words, names = OUTCOMES[job.kind]
    return _(words.message, **{name: job.result.get(name, 0) for name in names})


#: The right by which each kind of work is asked for.
ASKED_BY: dict[str, Permission] = {
    BULK.name: Permission.MEMBER_EDIT,
    COMMIT.name: Permission.IMPORT_RUN,
    EXECUTE_REFORM.name: Permission.REFORM_EDIT,
    UNDO_REFORM.name: Permission.REFORM_EDIT,
    DRAW.name: Permission.DUES_EDIT,
    FOUND.name: Permission.SETTING_EDIT,
    ROTATE.name: Permission.SETTING_EDIT,
    LETTER.name: Permission.TRANSFER_EDIT,
    INVITE.name: Permission.ACCOUNT_GRANT,
    PLAN.name: Permission.DUTY_PLAN,
    PRESS_MANY.name: Permission.REMINDER_SEND,
    SEND_MANY.name: Permission.CIRCULAR_SEND,
    PRINT.name: Permission.DOCUMENT_PRINT,
    READ.name: Permission.IMPORT_RUN,
    REPORT.name: Permission.DOCUMENT_PRINT,
    READ_LEDGER.name: Permission.IMPORT_LEDGER,
    COMMIT_LEDGER.name: Permission.IMPORT_LEDGER,
    UNDO_LEDGER.name: Permission.IMPORT_LEDGER,
    PRINT_RESULT.name: Permission.DOCUMENT_PRINT,
    SCORE.name: Permission.SCORE_RUN,
    SET.name: Permission.DISPATCH_VIEW,
    TIDY.name: Permission.BALLOT_RUN,
    UNDO.name: Permission.IMPORT_RUN,
    # Beside it the right to the list itself.
    WRITE.name: Permission.JOB_VIEW,
}
#: What a finished job of a kind says, and the counts of its result that it names.
OUTCOMES: dict[str, tuple[lazy_, tuple[str, ...]]] = {
    BULK.name: (lazy_("%(done)s changed, %(same)s unchanged, %(left)s left out"), ("done", "same", "left")),
    PRESS_MANY.name: (lazy_("%(people)s people of %(units)s units reminded"), ("people", "units")),
    SEND_MANY.name: (lazy_("%(count)s recipients have it"), ("count",)),
    COMMIT.name: (
        lazy_("%(people_new)s people and %(units_new)s units new, %(people_changed)s people changed"),
        ("people_new", "units_new", "people_changed"),
    ),
    COMMIT_LEDGER.name: (
        lazy_("%(events)s records entered, %(due_items)s duties fulfilled"),
        ("events", "due_items"),
    ),
    UNDO_LEDGER.name: (
        lazy_("%(events_removed)s records removed, %(kept)s kept"),
        ("events_removed", "kept"),
    ),
    ROTATE.name: (lazy_("%(renewed)s values sealed anew"), ("renewed",)),
    UNDO.name: (
        lazy_("%(people_removed)s people removed, %(restored)s restored, %(kept)s kept"),
        ("people_removed", "restored", "kept"),
    ),
    EXECUTE_REFORM.name: (
        lazy_("%(units)s units, %(people)s memberships afterwards"),
        ("units", "people"),
    ),
    UNDO_REFORM.name: (lazy_("%(units)s units put back"), ("units",)),
    READ.name: (lazy_("%(rows)s rows read"), ("rows",)),
    PLAN.name: (lazy_("%(added)s due items added, %(withdrawn)s withdrawn"), ("added", "withdrawn")),
    PRINT.name: (lazy_("%(papers)s papers"), ("papers",)),
    REPORT.name: (lazy_("%(papers)s papers"), ("papers",)),
    PRINT_RESULT.name: (lazy_("%(papers)s papers"), ("papers",)),
    SET.name: (lazy_("%(papers)s papers"), ("papers",)),
    SCORE.name: (lazy_("%(lines)s lines counted"), ("lines",)),
    DRAW.name: (lazy_("%(sheets)s units drawn up with %(lines)s lines"), ("sheets", "lines")),
    WRITE.name: (lazy_("%(rows)s rows written"), ("rows",)),
    INVITE.name: (
        lazy_("%(mailed)s invited by mail, %(without_mail)s by slip"),
        ("mailed", "without_mail"),
    ),
}


def links_of(job: Job) -> list[tuple[str, str]]:
    """Where the results are: (word, address)."""
    found: list[tuple[str, str]] = []
    if job.state == "done" and job.file_id is not None:
        found.append((_("Download"), url_for("files.download", file_id=job.file_id)))
    if job.kind in {READ.name, COMMIT.name, UNDO.name} and "batch_id" in job.args:
        found.append((_("To the import"), url_for("imports.show", batch_id=job.args["batch_id"])))
    elif job.kind == PRESS_MANY.name and job.state == "done":
        found.append(
            (_("See receipts"), url_for("reminders.index", occasion=job.args["occasion_id"], outcome="all"))
        )
    elif job.kind == SEND_MANY.name:
        found.append((_("See receipts"), url_for("circulars.receipts", circular_id=job.args["circular_id"])))
    elif job.kind == BULK.name:
        found.append((_("What became of it"), url_for("members.bulk_result", job_id=job.id)))
    elif job.kind in {EXECUTE_REFORM.name, UNDO_REFORM.name}:
        found.append((_("To the reorganisation"), url_for("reforms.show", reform_id=job.args["reform_id"])))
    elif job.kind == PRINT.name and failed_part(job):
        found.append((_("Which papers are missing, and why"), url_for("documents.failed", job_id=job.id)))
    elif job.kind == PRINT.name and job.file_id is None:
        found.append((_("To the papers"), url_for("documents.index")))
    elif job.kind == PLAN.name and job.state == "done":
        found.append((_("To the plan"), url_for("duties.index")))
    elif job.kind == REPORT.name:
        found.append(
            (_("To the inspection"), url_for("findings.inspection", inspection_id=job.args["inspection_id"]))
        )
    elif job.kind == SET.name:
        found.append((_("To the document"), url_for("dispatches.show", dispatch_id=job.args["dispatch_id"])))
    elif job.kind == DRAW.name:
        found.append((_("To the month"), url_for("dues.index", month=str(job.args["month"])[:7])))
    elif job.kind == SCORE.name and job.state == "done":
        found.append((_("To the assessment"), url_for("assessments.index")))
    return found


def failed_part(job: Job) -> bool:
    """It is done, but some of it needs a look."""
    return bool(job.result.get("failed"))


def time_of(job: Job) -> str:
    """Time used, and how much is left at this pace."""
    if job.started_at is None:
        return ""
    used = ((job.finished_at or now()) - job.started_at).total_seconds()
    said = _("%(time)s used", time=_span(used))
    left = job.total_count - job.done_count
    if job.state == "running" and job.done_count > 0 and left > 0 and used > 5:
        said = _("%(used)s, about %(left)s left", used=said, left=_span(used / job.done_count * left))
    return said


def _span(seconds: float) -> str:
    whole = max(int(seconds), 0)
    if whole < 60:
        return _("%(n)s s", n=whole)
    return _("%(m)s min %(s)s s", m=whole // 60, s=whole % 60)


def _everything(me: Actor) -> bool:
    """Whoever reaches the whole tenant sees everybody's jobs."""
    return me.can(Permission.JOB_VIEW)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@blueprint.get("/jobs")
@requires(Permission.JOB_VIEW)
def index() -> str:
    me = actor()
    everything = _everything(me) and request.args.get("whose") != "own"
    before = _number("before")
    found = job_page(me, limit=PAGE + 1, before=before, own=not everything)
    shown = found[:PAGE]
    over = [job for job in shown if job.state not in {"queued", "running"}]
    return render_template(
        "jobs/index.html",
        jobs=shown,
        running=sum(job.state in {"queued", "running"} for job in shown),
        may_see_all=_everything(me),
        everything=everything,
        next_before=over[-1].id if len(found) > PAGE and over else None,
        title_of=title_of,
        outcome_of=outcome_of,
        links_of=links_of,
        failed_part=failed_part,
    )


@blueprint.get("/jobs/<int:job_id>")
@requires(Permission.JOB_VIEW)
def show(job_id: int) -> str:
    job = fetch(Job, job_id, actor=actor(), may=Permission.JOB_VIEW)
    return render_template("jobs/show.html", job=job, **_shown(job))


@blueprint.get("/jobs/<int:job_id>/progress")
@requires(Permission.JOB_VIEW)
def progress(job_id: int) -> str:
    """The bar alone, asked again while the job is open."""
    job = fetch(Job, job_id, actor=actor(), may=Permission.JOB_VIEW)
    return render_template("jobs/progress.html", job=job, **_shown(job))


def _shown(job: Job) -> dict[str, Any]:
    me = actor()
    ends: datetime | None = job.finished_at
    return {
        "title": title_of(job),
        "outcome": outcome_of(job),
        "links": links_of(job),
        "failed_part": failed_part(job),
        "time": time_of(job),
        "is_open": job.state in {"queued", "running"},
        "ended": ends,
        "may_act": me.may(Permission.DOCUMENT_PRINT),
        "may_stop": job.state == "queued" or (job.state == "running" and _stoppable(job)),
    }


def _stoppable(job: Job) -> bool:
    kind = DECLARED.get(job.kind)
    return kind is not None and kind.stoppable


@blueprint.post("/jobs/<int:job_id>/cancel")
@requires(Permission.DOCUMENT_PRINT)
def stop(job_id: int) -> Response:
    job = fetch(Job, job_id, actor=actor(), may=Permission.DOCUMENT_PRINT)
    begun = job.state == "running"
    with transaction():
        cancel(actor(), job)
    flash(
        _("The job is stopped; what it had finished is kept.")
        if begun
        else _("The job is cancelled; nothing was changed by it."),
        "ok",
    )
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def _may_ask(me: Actor, job: Job) -> bool:
    """Whether the actor may ask for this work today: rights and reach may have ended since it was asked for."""
    right = ASKED_BY.get(job.kind)
    if right is None or not me.may(right):
        return False
    if job.kind == WRITE.name:
        return me.may(LISTS[str(job.args["list"])].permission)
    if job.kind == SCORE.name:
        paths = job.args.get("paths")
        return me.can(right) if paths is None else all(me.can(right, path) for path in paths)
    beyond = select(Unit.id).where(~reach_filter(me, right, Unit.path)).limit(1)
    if job.kind == PRINT.name:
        beyond = beyond.where(Unit.id.in_(job.args.get("unit_ids", [])))
    elif job.kind == BULK.name:
        asked = select(BulkTarget.membership_id).where(BulkTarget.job_id == job.id)
        beyond = beyond.where(Unit.id.in_(select(Membership.unit_id).where(Membership.id.in_(asked))))
    elif job.kind == LETTER.name:
        beyond = beyond.where(Unit.id == job.unit_id)
    elif job.kind == PRINT_RESULT.name:
        beyond = beyond.where(Unit.id == job.args.get("unit_id"))
    elif job.kind == REPORT.name:
        leading = select(Inspection.unit_id).where(Inspection.id == job.args.get("inspection_id"))
        beyond = beyond.where(Unit.id.in_(leading))
    elif job.kind == PRESS_MANY.name:
        items = select(DueItem.unit_id).where(DueItem.id.in_(job.args.get("ids", [])))
        beyond = beyond.where(Unit.id.in_(items))
    return db.session.scalar(beyond) is None


@blueprint.post("/jobs/<int:job_id>/retry")
@requires(Permission.DOCUMENT_PRINT)
def again(job_id: int) -> Response:
    job = fetch(Job, job_id, actor=actor(), may=Permission.DOCUMENT_PRINT)
    if not _may_ask(actor(), job):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    with transaction():
        retry(actor(), job)
    flash(_("The job begins again."), "run")
    return redirect(url_for("jobs.show", job_id=job_id), 303)
