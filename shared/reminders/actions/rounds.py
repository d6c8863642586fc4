"""Sheets of a round past their last day are told once a stage: to the unit, then to the one that holds the round."""

from shared.access.actor import Actor
from shared.assessments.models import Entry, Round
from shared.reminders.actions.asked import Asked, tell_asked
from shared.reminders.queries.ladder import Ladder

ASKED = Asked(
    kind="assessment_late",
    name="round",
    owed=Entry,
    by=Round,
    link=Entry.round_id,
    until=Round.self_until,
    states=("open", "returned"),
    asking=("open", "review"),
)


def tell_late_rounds(actor: Actor, *, steps: Ladder) -> int:
    """Tell of sheets not handed in. Returns how many came to a stage."""
    return tell_asked(actor, steps=steps, asked=ASKED)
