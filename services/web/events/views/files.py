"""Files of a record: add, look at, take off. Never required."""

import io
from collections.abc import Iterable

from flask import Response, flash, redirect, request, send_file, url_for
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.events.views.routes import blueprint
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.audit import record
from shared.db import db, transaction
from shared.errors import Invalid, NotFound
from shared.events.actions import attach, remove_attachment
from shared.events.models import Event, EventFile
from shared.files import File, read
from shared.files.accepting import LARGEST, Accepted, accept
from shared.i18n import _
from shared.tenants.queries import keys


def accepted(sent: Iterable[FileStorage]) -> list[Accepted]:
    """The files of a form as they may be kept. Raises Invalid under `files` for the first that may not."""
    found = []
    for one in sent:
        if not one.filename:
            continue
        # One byte more than is taken says that it is too large, without reading all of it.
        data = one.stream.read(LARGEST + 1)
        try:
            found.append(accept(data, name=one.filename))
        except Invalid as problem:
            raise Invalid(str(problem), fields={"files": str(problem)}) from problem
    return found


def attach_sent(event: Event, files: list[Accepted]) -> int:
    """Attach what `accepted` let through, in the running transaction; what is wrong stands under `files`."""
    try:
        return attach(actor(), event=event, files=files)
    except Invalid as problem:
        raise Invalid(str(problem), fields={"files": str(problem)}) from problem


@blueprint.post("/events/<int:event_id>/files")
@requires(Permission.DUTY_RECORD)
@limiter.limit("240 per hour")
def add_files(event_id: int) -> BaseResponse:
    event = fetch(Event, event_id, actor=actor(), may=Permission.DUTY_RECORD)
    files = accepted(request.files.getlist("files"))
    with transaction():
        added = attach(actor(), event=event, files=files)
    flash(_("%(n)s files added", n=added) if added else _("Nothing was added."), "ok" if added else "run")
    return redirect(url_for("events.show", event_id=event_id) + "#files", 303)


def _attached(event_file_id: int, may: Permission) -> tuple[EventFile, Event]:
    found = db.session.execute(select(EventFile).where(EventFile.id == event_file_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found, fetch(Event, found.event_id, actor=actor(), may=may)


@blueprint.get("/event-files/<int:event_file_id>")
@requires(Permission.EVENT_VIEW)
def file(event_file_id: int) -> Response:
    """The file itself: pictures and PDF in the browser, everything else as an attachment."""
    attached, event = _attached(event_file_id, Permission.EVENT_VIEW)
    if attached.removed_at is not None:
        raise NotFound(_("This file was taken off the record."))
    stored = db.session.execute(select(File).where(File.id == attached.file_id)).scalar_one()
    data = read(stored, keys=keys() if stored.sealed else None)
    name, media_type = attached.name, stored.media_type
    with transaction():
        record(actor(), verb="file.download", object_type="event", object_id=event.id, unit_id=event.unit_id)
    inline = media_type.startswith("image/") or media_type == "application/pdf"
    answer = send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=not inline,
        download_name=name,
        etag=False,
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/event-files/<int:event_file_id>/remove")
@requires(Permission.EVENT_CORRECT)
def remove_file(event_file_id: int) -> BaseResponse:
    attached, event = _attached(event_file_id, Permission.EVENT_CORRECT)
    with transaction():
        remove_attachment(actor(), event=event, attached=attached, reason=request.form.get("reason", ""))
    flash(_("Taken off; that it was there stays in the audit trail."), "ok")
    return redirect(url_for("events.show", event_id=event.id) + "#files", 303)
