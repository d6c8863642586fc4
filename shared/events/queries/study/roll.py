"""Who should have attended as it stood on that day: the roll of the day against the attendance that was filed."""

from dataclasses import dataclass

from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.events.queries.records import Attendee, RollPerson, attendance_of, on_roll, people_on


@dataclass(frozen=True, slots=True)
class RollDifference:
    """The roll as today's data know it for that day, what was filed, and who stands in one of them only.

    `added`: belonged to the unit on that day by a change entered later, and is not in the record; `gone`: is in the
    record, but by today's data did not belong on that day.
    """

    roll: list[RollPerson]
    filed: list[Attendee]
    added: list[RollPerson]
    gone: list[Attendee]

    @property
    def differs(self) -> int:
        return len(self.added) + len(self.gone)


def roll_difference(event: Event, filed: list[Attendee] | None = None) -> RollDifference | None:
    """None for kinds that call nobody by name, and for records without a roll of names. Two queries."""
    if KINDS[event.kind].attendance not in ("members", "officers"):
        return None
    filed = attendance_of(event.id) if filed is None else filed
    roll = on_roll(event.kind, people_on(event.unit_id, event.held_on))
    written, stood = {one.person_id for one in filed}, {one.id for one in roll}
    return RollDifference(
        roll,
        filed,
        [one for one in roll if one.id not in written],
        [one for one in filed if one.person_id not in stood],
    )
