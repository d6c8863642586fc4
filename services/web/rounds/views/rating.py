"""A rating line takes its marks from a ballot of the unit."""

from flask import flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.rounds.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.rating import take_rating as take
from shared.assessments.models import Entry, Line, Round
from shared.ballots.models import Poll
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _


@blueprint.post("/entries/<int:entry_id>/rating")
@requires(Permission.ROUND_RUN)
def take_rating(entry_id: int) -> Response:
    """Give the line what the unit's own ballot came to."""
    entry = fetch(Entry, entry_id, actor=actor(), may=Permission.ROUND_RUN)
    lap = fetch(Round, entry.round_id, actor=actor(), may=Permission.SCORE_VIEW, lock=True)
    poll_id, line_id = person_key(request.form.get("poll_id")), person_key(request.form.get("line_id"))
    line = db.session.scalar(select(Line).where(Line.id == (line_id or 0)))
    if poll_id is None or line is None:
        flash(_("Choose one of the list."), "due")
        return redirect(url_for("rounds.entry", entry_id=entry_id), 303)
    poll = fetch(Poll, poll_id, actor=actor(), may=Permission.BALLOT_VIEW)
    try:
        with transaction():
            points = take(actor(), lap=lap, entry=entry, line=line, poll=poll)
    except (Conflict, Invalid) as problem:
        flash(str(problem), "due")
    else:
        flash(_("The ballot gives %(n)s marks.", n=f"{points:.2f}"), "ok")
    # Whoever runs the round need not be a reviewer of it: the sheet is a page of theirs in any case.
    return redirect(url_for("rounds.entry", entry_id=entry_id), 303)
