"""Lost points of a round become findings."""

import secrets

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.rounds.forms import FollowForm
from services.web.rounds.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.following import ToFollow, lost_to_findings
from shared.assessments.models import Round
from shared.assessments.queries.results import PUBLIC
from shared.clock import today
from shared.db import transaction
from shared.duties.periods import months_after
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit


def may_follow(lap: Round, holder: Unit) -> bool:
    """Lost points of a published round may be made findings by whoever may write them for all of it."""
    return lap.state in PUBLIC and actor().can(Permission.FINDING_EDIT, holder.path)


def follow_form(count: ToFollow, unit_id: int | None) -> FollowForm:
    """The form with the number that was seen."""
    return FollowForm(
        formdata=None,
        form_key=secrets.token_hex(12),
        seen=str(count.findings),
        unit_id=str(unit_id or ""),
        due_on=months_after(today(), 2),
    )


@blueprint.post("/<int:round_id>/findings")
@requires(Permission.FINDING_EDIT)
def follow(round_id: int) -> Response:
    """Lost points of one unit, or of the round, become findings."""
    form = FollowForm()
    unit_id = person_key(form.unit_id.data)
    fetch(Round, round_id, actor=actor(), may=Permission.FINDING_EDIT)
    if not form.form_key.data:
        raise Invalid(_("This form is incomplete; load the page again."))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.FINDING_EDIT)
    try:
        with transaction():
            lap = fetch(Round, round_id, actor=actor(), may=Permission.FINDING_EDIT, lock=True)
            holder = fetch(Unit, lap.unit_id, actor=actor(), may=Permission.FINDING_EDIT)
            inspection, made = lost_to_findings(
                actor(),
                lap=lap,
                holder=holder,
                unit_id=unit_id,
                due_on=form.due_on.data,
                seen=person_key(form.seen.data) or 0,
                form_key=form.form_key.data[:40],
            )
            inspection_id = inspection.id
    except Conflict as problem:
        flash(str(problem), "due")
        return redirect(url_for("rounds.result_list", round_id=round_id), 303)
    flash(
        _("%(n)s findings are made; the units are told.", n=made)
        if made
        else _("These findings stand already."),
        "ok",
    )
    return redirect(url_for("findings.inspection", inspection_id=inspection_id), 303)
