"""How one kind of open work stands in the pack."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from shared.access.actor import Actor
from shared.accounts.models import Handover
from shared.i18n import lazy_

#: The pack names at most so many lines of a kind; the count is of all.
LINES = 12


@dataclass(frozen=True, slots=True)
class Open:
    """One open thing. `day`: when it is due, or since when it stands."""

    title: str
    remark: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """How much stands open, and the first lines of it."""

    count: int
    lines: list[Open] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Handed:
    """One kind of open work. `take` passes it in the running transaction and returns how much passed."""

    name: lazy_
    #: What becomes of it, in one line of the pack.
    outcome: lazy_
    read: Callable[[Handover], Part]
    take: Callable[[Actor, Handover], int]
