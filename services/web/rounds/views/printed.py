"""The result of a round as PDF."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.limits import limiter
from services.web.rounds.views.results import lap_with_result
from services.web.rounds.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.printing import ask_result
from shared.assessments.queries.results import result_of
from shared.db import transaction
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.organisations.models import Unit


@blueprint.post("/<int:round_id>/results/print")
@requires(Permission.DOCUMENT_PRINT)
@limiter.limit("60 per hour")
def print_result(round_id: int) -> Response:
    """A job sets it; its page has the file. It shows what whoever asked may see."""
    lap = lap_with_result(round_id)
    unit_id = person_key(request.form.get("unit_id"))
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.DOCUMENT_PRINT) if unit_id else None
    if unit is not None and result_of(actor(), lap, unit.id) is None:
        raise NotFound(_("There is nothing at this address."))
    key = request.form.get("form_key", "")[:64]
    if not key:
        raise Invalid(_("This form is incomplete; load the page again."))
    with transaction():
        job_id = ask_result(actor(), lap=lap, unit=unit, form_key=key).id
    return redirect(url_for("jobs.show", job_id=job_id), 303)
