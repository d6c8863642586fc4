"""Tables past their last day are told once a stage: to the unit that has to fill in, then to the one that asks."""

from shared.access.actor import Actor
from shared.reminders.actions.asked import Asked, tell_asked
from shared.reminders.queries.ladder import Ladder
from shared.returns.models import Filling, ReturnTable

ASKED = Asked(
    kind="return_late",
    name="return",
    owed=Filling,
    by=ReturnTable,
    link=Filling.return_id,
    until=ReturnTable.due_on,
    states=("open", "returned"),
    asking=("issued",),
)


def tell_late_returns(actor: Actor, *, steps: Ladder) -> int:
    """Tell of copies past their day. Returns how many came to a stage."""
    return tell_asked(actor, steps=steps, asked=ASKED)
