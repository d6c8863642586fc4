"""Where the pages of ballots are registered, and what the page of today says of them."""

from datetime import date, datetime

from flask import Blueprint

from services.web.edge import actor
from shared.ballots.queries.lists import to_vote
from shared.ballots.queries.steps import reviews_at_hand

blueprint = Blueprint("ballots", __name__, url_prefix="/ballots")


@blueprint.app_template_global("votes_at_hand")
def votes_at_hand() -> list[tuple[int, str, datetime]]:
    """The votes that wait for the reader (ballots/_today.html)."""
    return to_vote(actor().person_id or 0)


@blueprint.app_template_global("selves_at_hand")
def selves_at_hand() -> list[tuple[int, str, date]]:
    """The appraisals for which the reader still writes of the own year (ballots/_today.html)."""
    return reviews_at_hand(actor().person_id or 0)
