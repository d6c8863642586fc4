"""Where the pages of official documents are registered, their words, and how a file leaves."""

import io

from flask import Blueprint, Response, flash, redirect, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.db import db, transaction
from shared.dispatches.models import Dispatch
from shared.errors import Conflict, Invalid, NotFound
from shared.files import File, read
from shared.i18n import _, lazy_
from shared.tenants.queries import keys

blueprint = Blueprint("dispatches", __name__)

VIEW = Permission.DISPATCH_VIEW
DRAFT = Permission.DISPATCH_DRAFT
REVIEW = Permission.DISPATCH_REVIEW
#: State of a document → colour and word.
STATES: dict[str, tuple[str, lazy_]] = {
    "draft": ("idle", lazy_("Draft")),
    "review": ("run", lazy_("Being reviewed")),
    "countersign": ("run", lazy_("Being countersigned")),
    "signing": ("due", lazy_("Waits for signature")),
    "signed": ("ok", lazy_("Signed, not issued")),
    "issued": ("ok", lazy_("Issued")),
    "archived": ("idle", lazy_("Filed away")),
    "void": ("late", lazy_("Void")),
}
PARTS: dict[str, lazy_] = {
    "review": lazy_("Review"),
    "countersign": lazy_("Countersignature"),
    "sign": lazy_("Signature of the document"),
}


def said(problem: Invalid | Conflict) -> None:
    """What an act refused, above the page."""
    flash("；".join(str(text) for text in problem.fields.values()) or str(problem), "due")


def to_page(dispatch_id: int) -> BaseResponse:
    return redirect(url_for("dispatches.show", dispatch_id=dispatch_id), 303)


def file_sent(file_id: int, name: str, dispatch: Dispatch) -> Response:
    """A file of a document; each download is in the audit trail."""
    file = db.session.execute(select(File).where(File.id == file_id)).scalar_one()
    if file.deleted_at is not None:
        raise NotFound(_("This file has been deleted after its time."))
    data, media_type = read(file, keys=keys() if file.sealed else None), file.media_type
    with transaction():
        record(
            actor(),
            verb="file.download",
            object_type="dispatch",
            object_id=dispatch.id,
            unit_id=dispatch.unit_id,
        )
    answer = send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=True,
        download_name=name or file.name,
        etag=False,
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
