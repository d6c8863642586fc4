"""One due item behind a line, as page and paper show it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.assessments.queries.view.marks import NOTHING
from shared.duties.periods import period_label
from shared.events.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Evidence:
    """One due item behind a line. state: done, made_up, flawed, missing, open (its window is now), ahead.

    later: entered from an old ledger, which this tenant does not score.
    """

    due_item_id: int
    kind: str
    period: str
    opens_on: date
    due_on: date
    state: str
    event_id: int | None = None
    held_on: date | None = None
    #: The kind's own fields that were given, and those of the line that were left empty.
    given: frozenset[str] = frozenset()
    lacking: tuple[str, ...] = ()
    #: What this item takes off, and what recording it now brings back (or, still open, keeps).
    loss: Decimal = NOTHING
    gain: Decimal = NOTHING

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def period_name(self) -> str:
        return period_label(self.period)

    @property
    def lacking_names(self) -> list[str]:
        return [str(each.label) for each in KINDS[self.kind].fields if each.code in self.lacking]
