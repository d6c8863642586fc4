"""Who belonged to a unit on a day, for the rows of a chunk: asked of the database once, looked up here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from shared.events.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Belonging:
    """One membership or office of one person at one unit. `expected`: is called to meetings of all."""

    unit_id: int
    person_id: int
    name: str
    office: bool
    expected: bool
    since: date
    until: date | None

    def on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or self.until >= day)


@dataclass
class Rolls:
    """The people of some units, by day."""

    _by_unit: dict[int, list[Belonging]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, rows: Iterable[Belonging]) -> "Rolls":
        rolls = cls()
        for row in rows:
            rolls._by_unit[row.unit_id].append(row)
        return rolls

    def named(self, unit_id: int, day: date) -> dict[str, set[int]]:
        """Name → the people of that name who belonged to the unit on that day."""
        found: dict[str, set[int]] = defaultdict(set)
        for row in self._by_unit.get(unit_id, ()):
            if row.on(day):
                found[row.name].add(row.person_id)
        return found

    def roll(self, unit_id: int, kind: str, day: date) -> list[int]:
        """The people expected at an event of this kind on that day; as shared.events.queries.on_roll."""
        here = [row for row in self._by_unit.get(unit_id, ()) if row.on(day)]
        away = {row.person_id for row in here if not row.office and not row.expected}
        members = {row.person_id for row in here if not row.office} - away
        if KINDS[kind].attendance == "officers":
            return sorted({row.person_id for row in here if row.office} or members)
        return sorted(members)
