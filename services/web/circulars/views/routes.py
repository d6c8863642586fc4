"""Where the pages of circulars are registered, how one is reached by its recipients, and how a file leaves."""

import io

from flask import Blueprint, Response, flash, send_file
from sqlalchemy import select

from services.web.edge import actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.circulars.models import Circular, CircularFile, Receipt
from shared.circulars.queries import own_receipts
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.files import File, read
from shared.i18n import _, lazy_
from shared.tenants.queries import keys

blueprint = Blueprint("circulars", __name__, url_prefix="/circulars")

SEND = Permission.CIRCULAR_SEND
#: State of a circular → colour and word.
STATES: dict[str, tuple[str, lazy_]] = {
    "draft": ("idle", lazy_("Draft")),
    "sent": ("ok", lazy_("Sent")),
    "withdrawn": ("due", lazy_("Withdrawn")),
}


def came_to_me(circular_id: int, *, lock: bool = False) -> tuple[Circular, list[tuple[Receipt, str]]]:
    """A circular that came to the reader, and the receipts for which the reader reads; `lock` keeps it from ending."""
    statement = select(Circular).where(Circular.id == circular_id)
    if lock:
        statement = statement.with_for_update(read=True).execution_options(populate_existing=True)
    circular = db.session.execute(statement).scalar_one_or_none()
    if circular is None:
        raise NotFound(_("There is nothing at this address."))
    mine = own_receipts(actor().person_id or 0, circular_id)
    if not mine or circular.state == "draft":
        raise Forbidden(_("This belongs to somebody else."))
    return circular, mine


def said(problem: Invalid | Conflict) -> None:
    """What an act refused, above the page."""
    flash("；".join(str(text) for text in problem.fields.values()) or str(problem), "due")


def file_held(circular_file_id: int) -> CircularFile:
    held = db.session.execute(
        select(CircularFile).where(CircularFile.id == circular_file_id)
    ).scalar_one_or_none()
    if held is None:
        raise NotFound(_("There is nothing at this address."))
    return held


def file_sent(held: CircularFile, circular: Circular) -> Response:
    """The file as an attachment; each download is in the audit trail."""
    file = db.session.execute(select(File).where(File.id == held.file_id)).scalar_one()
    if file.deleted_at is not None:
        raise NotFound(_("This file has been deleted after its time."))
    data, name, media_type = read(file, keys=keys() if file.sealed else None), held.name, file.media_type
    with transaction():
        record(
            actor(),
            verb="file.download",
            object_type="circular",
            object_id=circular.id,
            unit_id=circular.unit_id,
        )
    answer = send_file(
        io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, etag=False, max_age=0
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
