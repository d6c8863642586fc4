"""Who should talk with whom next. Pure and deterministic: the same talks give the same proposals."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

#: A pair of people without an order.
Pair = tuple[int, int]
#: Before every day on which anybody could have talked.
NEVER = date.min


def pair_of(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`chair` should talk with `partner`; `side`: committee, member or members. `last`: when they talked before."""

    side: str
    chair: int
    partner: int
    last: date | None


@dataclass(frozen=True, slots=True)
class Talked:
    """Who has talked with whom: the last day of each pair, and those of the year in view."""

    last: dict[Pair, date]
    first_of_year: date

    @classmethod
    def of(cls, talks: Iterable[tuple[int, int, date]], first_of_year: date) -> "Talked":
        last: dict[Pair, date] = {}
        for one, other, on in talks:
            key = pair_of(one, other)
            last[key] = max(on, last.get(key, NEVER))
        return cls(last, first_of_year)

    def this_year(self, one: int, other: int) -> bool:
        return self.last.get(pair_of(one, other), NEVER) >= self.first_of_year

    def when(self, one: int, other: int) -> date | None:
        return self.last.get(pair_of(one, other))


def missing_pairs(committee: Sequence[int], talked: Talked) -> list[Pair]:
    """Pairs of committee members who have not talked this year, in the committee's order."""
    return [
        (one, other)
        for place, one in enumerate(committee)
        for other in committee[place + 1 :]
        if not talked.this_year(one, other)
    ]


def without_talk(people: Sequence[int], others: Sequence[int], talked: Talked) -> list[int]:
    """Those of `people` who have talked with none of `others` this year, in their order."""
    found = []
    for person in people:
        if not any(other != person and talked.this_year(person, other) for other in others):
            found.append(person)
    return found


def propose(
    committee: Sequence[int], members: Sequence[int], talked: Talked, *, each: int = 5
) -> list[Proposal]:
    """The next talks, at most `each` of a side: those who never talked first, the load spread over the committee.

    Both lists are in the order of the page; a tie is broken by it.
    """
    order = {person: place for place, person in enumerate([*committee, *members])}
    load: Counter[int] = Counter()
    for (one, other), on in talked.last.items():
        if on >= talked.first_of_year:
            load.update((one, other))
    found = _committee(committee, talked, load, order, each)
    found += _members(committee, members, talked, load, order, each)
    found += _among(members, talked, order, each)
    return found


def _committee(
    committee: Sequence[int], talked: Talked, load: Counter[int], order: dict[int, int], each: int
) -> list[Proposal]:
    left = missing_pairs(committee, talked)
    found: list[Proposal] = []
    while left and len(found) < each:
        one, other = min(
            left,
            key=lambda pair: (
                talked.when(*pair) or NEVER,
                load[pair[0]] + load[pair[1]],
                order[pair[0]],
                order[pair[1]],
            ),
        )
        left.remove((one, other))
        load.update((one, other))
        found.append(Proposal("committee", one, other, talked.when(one, other)))
    return found


def _members(
    committee: Sequence[int],
    members: Sequence[int],
    talked: Talked,
    load: Counter[int],
    order: dict[int, int],
    each: int,
) -> list[Proposal]:
    if not committee:
        return []
    waiting = without_talk(members, committee, talked)

    def last_of_all(person: int) -> date:
        return max((talked.when(person, one) or NEVER for one in committee), default=NEVER)

    found = []
    for person in sorted(waiting, key=lambda person: (last_of_all(person), order[person]))[:each]:
        chair = min(committee, key=lambda one: (load[one], talked.when(one, person) or NEVER, order[one]))
        load.update((chair,))
        found.append(Proposal("member", chair, person, talked.when(chair, person)))
    return found


def _among(members: Sequence[int], talked: Talked, order: dict[int, int], each: int) -> list[Proposal]:
    """Two who both wait, those first who never talked with each other; the last odd one with anybody."""
    waiting = without_talk(members, members, talked)
    found: list[Proposal] = []
    while waiting and len(found) < each:
        one = waiting.pop(0)
        others = waiting or [other for other in members if other != one]
        if not others:
            break
        other = min(others, key=lambda other: (talked.when(one, other) or NEVER, order[other]))
        if other in waiting:
            waiting.remove(other)
        found.append(Proposal("members", one, other, talked.when(one, other)))
    return found
