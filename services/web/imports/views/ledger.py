"""补录: the office's own ledger comes in; its template goes out."""

import secrets

from flask import Response, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.imports.forms import UploadForm
from services.web.imports.views.routes import blueprint, number
from services.web.limits import limiter
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Invalid, TooLarge
from shared.i18n import _
from shared.imports import queries
from shared.imports.actions.ledger.template import template_workbook
from shared.imports.actions.upload import upload
from shared.imports.layouts import LEDGER
from shared.imports.models import Batch
from shared.settings import settings
from shared.tenants.queries import open_tenant, setting

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/ledger")
@requires(Permission.IMPORT_LEDGER)
def past() -> str:
    """Upload the own Excel ledger; what was entered this way so far."""
    return _past(UploadForm(form_key=secrets.token_hex(12)))


def _past(form: UploadForm) -> str:
    who = actor()
    everybody = any(one.path is None for one in who.reaches(Permission.IMPORT_LEDGER))
    found = queries.batches(number("before"), layout=LEDGER, of=None if everybody else who.person_id or 0)
    return render_template(
        "imports/ledger.html",
        form=form,
        batches=found[: queries.PAGE],
        next_before=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
        max_bytes=settings().max_upload,
        days=settings().staging_days,
        scored=bool(setting("score_backfilled")),
        may_set=who.may(Permission.SETTING_EDIT),
    )


@blueprint.post("/ledger")
@requires(Permission.IMPORT_LEDGER)
@limiter.limit("60 per hour")
def receive_past() -> BaseResponse | tuple[str, int]:
    """Take a ledger in. The same form sent twice leads to the one import."""
    form = UploadForm()
    sent = form.file.data
    if not sent or not sent.filename:
        form.file.errors = [_("Choose a file first.")]
        return _past(form), 422
    key = (form.form_key.data or secrets.token_hex(12))[:64]
    known = db.session.scalar(
        select(Batch.id).where(Batch.form_key == key, Batch.created_by == actor().person_id)
    )
    if known is not None:
        return redirect(url_for("imports.show", batch_id=known), 303)
    db.session.rollback()
    try:
        with transaction():
            batch = upload(actor(), data=sent.read(), name=sent.filename, form_key=key, layout=LEDGER)
    except (Invalid, TooLarge) as problem:
        form.file.errors = [str(problem)]
        form.form_key.data = secrets.token_hex(12)
        return _past(form), problem.status
    return redirect(url_for("imports.show", batch_id=batch.id), 303)


@blueprint.get("/ledger/template.xlsx")
@requires(Permission.IMPORT_LEDGER)
def template() -> Response:
    """An empty ledger: the titles, one example, the list of kinds."""
    line = "union" if open_tenant().kind == "union" else "party"
    headers = {"Content-Disposition": "attachment; filename=ledger-template.xlsx"}
    return Response(template_workbook(line), mimetype=_XLSX, headers=headers)
