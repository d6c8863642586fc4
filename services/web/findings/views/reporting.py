"""The progress report of an inspection as PDF."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.findings.views.routes import blueprint
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Invalid
from shared.findings.actions.reporting import ask_report
from shared.findings.models import Inspection
from shared.i18n import _


@blueprint.post("/inspections/<int:inspection_id>/report")
@requires(Permission.DOCUMENT_PRINT)
@limiter.limit("60 per hour")
def report(inspection_id: int) -> Response:
    """A job sets it; its page has the file. It shows what whoever asked may see."""
    row = fetch(Inspection, inspection_id, actor=actor(), may=Permission.DOCUMENT_PRINT)
    fetch(Inspection, inspection_id, actor=actor(), may=Permission.FINDING_VIEW)
    key = request.form.get("form_key", "")[:64]
    if not key:
        raise Invalid(_("This form is incomplete; load the page again."))
    with transaction():
        job_id = ask_report(actor(), inspection=row, form_key=key).id
    return redirect(url_for("jobs.show", job_id=job_id), 303)
