"""What tables ask of a person today: the own unit's open ones, late first, and how far the issued ones have come."""

from dataclasses import dataclass

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.returns.queries.lists import FillingFilter, FillingRow, fillings, kept_units
from shared.returns.queries.sums import progress

NAMED = 4


@dataclass(frozen=True, slots=True)
class AtHand:
    rows: list[FillingRow]
    #: There are more than are named.
    more: bool
    issued: list[tuple[int, str, int, int, int]]


def at_hand(actor: Actor) -> AtHand:
    """At most two queries; none for whoever neither fills in nor issues."""
    rows: list[FillingRow] = []
    more = False
    if kept_units(actor):
        rows, further = fillings(actor, FillingFilter(view="waiting", own=True), limit=NAMED)
        more = further is not None
    issued = progress(actor, most=3) if actor.may(Permission.RETURN_ISSUE) else []
    return AtHand(rows, more, issued)
