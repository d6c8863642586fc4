"""Official documents as lists, one by one, and by their numbers."""

from shared.dispatches.queries.lists import (
    VIEWS,
    AtHand,
    DispatchFilter,
    DispatchRow,
    at_hand,
    counts,
    dispatches,
)
from shared.dispatches.queries.one import (
    files_of,
    issues_of,
    number_of,
    open_dispatch,
    replies_of,
    steps_of,
    versions_of,
)
from shared.dispatches.queries.people import able, countersigners
from shared.dispatches.queries.register import RegisterFilter, RegisterRow, register, series_in_reach

__all__ = [
    "VIEWS",
    "AtHand",
    "DispatchFilter",
    "DispatchRow",
    "RegisterFilter",
    "RegisterRow",
    "able",
    "at_hand",
    "countersigners",
    "counts",
    "dispatches",
    "files_of",
    "issues_of",
    "number_of",
    "open_dispatch",
    "register",
    "replies_of",
    "series_in_reach",
    "steps_of",
    "versions_of",
]
