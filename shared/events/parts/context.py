"""What a part is checked against: the unit, the kind, the day and who was there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.events.queries.records import RollPerson
from shared.organisations.models import Unit

#: One row as the form sends it: field → what was written ('' where nothing was).
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Context:
    """`people`: everybody of the unit on that day; `roll`: person → reason of absence, or None for the present."""

    unit: Unit
    kind: str
    held_on: date
    people: tuple[RollPerson, ...]
    roll: Mapping[int, str | None]
    due_count: int
    present_count: int
