"""Serves stored files, through the door only."""

import io

from flask import Blueprint, Response, send_file

from services.web.edge import actor, requires
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now
from shared.db import db, transaction
from shared.documents.queries import papers_in
from shared.documents.reports import REPORTS
from shared.errors import Forbidden, NotFound
from shared.exports.actions import PURPOSE as EXPORT
from shared.exports.queries import may_have
from shared.files import File, location, read
from shared.i18n import _
from shared.tenants.queries import keys

blueprint = Blueprint("files", __name__)

#: What a file is for → the right it takes. Any other purpose needs the right to the tenant's papers, and their reach.
PURPOSES: dict[str, Permission] = {
    "import": Permission.IMPORT_RUN,
    "import_rejected": Permission.IMPORT_RUN,
    "slips": Permission.ACCOUNT_GRANT,
    "letter": Permission.TRANSFER_EDIT,
    "finding_report": Permission.FINDING_VIEW,
}
#: Photos and papers of records, plans, findings, circulars and the like: only the addresses of what they hang at serve
#: them.
ATTACHED = ("event", "plan", "task", "finding", "deed", "circular", "dispatch", "seal")
#: A finished paper of the catalogue: the right of its report is asked too.
PAPER = "ledger"
#: Larger ones are read from the disk while they are sent.
IN_MEMORY = 8 * 1024 * 1024


@blueprint.get("/files/<int:file_id>")
@requires(Permission.DOCUMENT_VIEW)
def download(file_id: int) -> Response:
    """The file as an attachment. NotFound once it has expired."""
    me = actor()
    file = fetch(File, file_id, actor=me, may=Permission.DOCUMENT_VIEW)
    if file.purpose in PURPOSES:
        file = fetch(File, file_id, actor=me, may=PURPOSES[file.purpose])
    for report, place in papers_in(file.id) if file.purpose == PAPER else ():
        # A paper shows rows: whoever reads it has the right to them, as on their page.
        if report in REPORTS and not me.can(REPORTS[report].may, place):
            raise Forbidden(_("Your role does not include this."))
    if file.purpose == EXPORT and not may_have(me, file):
        raise Forbidden(_("This list reaches further than your duties do today."))
    if file.purpose in ATTACHED:
        raise NotFound(_("There is nothing at this address."))
    if file.deleted_at is not None or (file.expires_at is not None and file.expires_at < now()):
        raise NotFound(_("This file has been deleted after its time."))
    path = location(file)
    if not path.exists():
        raise NotFound(_("This file has been deleted after its time."))
    whole = file.sealed or file.size <= IN_MEMORY
    data = io.BytesIO(read(file, keys=keys() if file.sealed else None)) if whole else path
    name, media_type = file.name, file.media_type
    with transaction():
        record(me, verb="file.download", object_type="file", object_id=file.id, unit_id=file.unit_id)
    db.session.remove()
    answer = send_file(
        data, mimetype=media_type, as_attachment=True, download_name=name, etag=False, max_age=0
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
