"""Upload, and how far the work is."""

import secrets
from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.imports.forms import CommitForm, UploadForm
from services.web.imports.views.preview import preview
from services.web.imports.views.routes import batch_at, blueprint, number
from services.web.limits import limiter
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Invalid, TooLarge
from shared.i18n import _
from shared.imports import queries
from shared.imports.actions.ledger.undo import KEPT
from shared.imports.actions.mappings import saved_mappings
from shared.imports.actions.undo import REASONS
from shared.imports.actions.upload import upload
from shared.imports.layouts import LEDGER, ROSTER, layout_of
from shared.imports.models import Batch
from shared.jobs import Job
from shared.settings import settings


@blueprint.get("")
@requires(Permission.IMPORT_RUN)
def index() -> str:
    return _index(UploadForm(form_key=secrets.token_hex(12)))


def _index(form: UploadForm) -> str:
    found = queries.batches(number("before"), layout=ROSTER)
    return render_template(
        "imports/index.html",
        form=form,
        batches=found[: queries.PAGE],
        mappings=[(one, str(layout_of(one.layout).title)) for one in saved_mappings()],
        next_before=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
        max_bytes=settings().max_upload,
        days=settings().staging_days,
    )


@blueprint.post("")
@requires(Permission.IMPORT_RUN)
@limiter.limit("60 per hour")
def receive() -> BaseResponse | tuple[str, int]:
    """Take a file in. The same form sent twice leads to the one import."""
    form = UploadForm()
    sent = form.file.data
    if not sent or not sent.filename:
        form.file.errors = [_("Choose a file first.")]
        return _index(form), 422
    key = (form.form_key.data or secrets.token_hex(12))[:64]
    known = db.session.scalar(select(Batch.id).where(Batch.form_key == key))
    if known is not None:
        return redirect(url_for("imports.show", batch_id=known), 303)
    db.session.rollback()
    try:
        with transaction():
            batch = upload(actor(), data=sent.read(), name=sent.filename, form_key=key)
    except (Invalid, TooLarge) as problem:
        form.file.errors = [str(problem)]
        form.form_key.data = secrets.token_hex(12)
        return _index(form), problem.status
    return redirect(url_for("imports.show", batch_id=batch.id), 303)


@blueprint.get("/<int:batch_id>")
@requires(Permission.IMPORT_LEDGER)
def show(batch_id: int) -> str | BaseResponse:
    batch = batch_at(batch_id)
    job = queries.job_of(batch)
    if batch.state in {"reading", "committing", "undoing"}:
        return render_template("imports/working.html", batch=batch, job=job, **_working(batch, job))
    if batch.state == "mapping":
        return redirect(url_for("imports.columns", batch_id=batch.id), 303)
    if batch.state in {"failed", "undone"}:
        return render_template(
            "imports/over.html",
            batch=batch,
            job=job,
            problem=_(batch.problem or ""),
            reasons=_kept_words(batch),
        )
    return preview(batch, job, CommitForm(form_key=secrets.token_hex(12)))


def _kept_words(batch: Batch) -> list[tuple[str, int]]:
    reasons = KEPT if batch.layout == LEDGER else REASONS
    return [
        (str(reasons[key]), count) for key, count in batch.mapping.get("kept", {}).items() if key in reasons
    ]


def _working(batch: Batch, job: Job | None) -> dict[str, Any]:
    state = job.state if job else "failed"
    return {
        "open": state in {"queued", "running"},
        "given_up": state in {"failed", "cancelled"},
        "said": {
            "reading": _("Reading and checking the rows"),
            "committing": _("Entering the records, chunk by chunk")
            if batch.layout == LEDGER
            else _("Committing the rows, all or none"),
            "undoing": _("Undoing the import"),
        }[batch.state],
    }


@blueprint.get("/<int:batch_id>/progress")
@requires(Permission.IMPORT_LEDGER)
def progress(batch_id: int) -> str:
    """The bar alone; once the work has ended it opens the page anew."""
    batch = batch_at(batch_id)
    job = queries.job_of(batch)
    over = batch.state not in {"reading", "committing", "undoing"}
    about = {"open": False, "given_up": False, "said": ""} if over else _working(batch, job)
    return render_template("imports/progress.html", batch=batch, job=job, **about)
