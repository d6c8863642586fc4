"""Why somebody did not get it."""

from shared.access.actor import Actor
from shared.members.models import Person
from shared.reminders.queries.ladder import ladder
from shared.reminders.queries.why.items import ItemWhy, items_why
from shared.reminders.queries.why.standing import Standing, standing_of
from shared.reminders.queries.why.unsent import Unsent, unsent

__all__ = ["ItemWhy", "Standing", "Unsent", "unsent", "why"]


def why(actor: Actor, person: Person) -> tuple[Standing, list[ItemWhy]]:
    """Where the person stands today, and their items. Constant in queries."""
    steps = ladder()
    standing = standing_of(actor, person, steps)
    return standing, items_why(person, standing, steps)
