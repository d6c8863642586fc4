"""Which duties the demo's units have fulfilled, when, and which they still owe."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

#: The share held in time, of the diligent units and of the few others.
DILIGENT, SLACK = 0.975, 0.88
SLACK_ONE_IN = 7
#: Of what was not held in time, the share made up since.
MADE_UP = 0.55
#: Of the last period of a kind that closed within so many days, the share of units that still owe it.
STILL_OWED = 0.09
LATELY = timedelta(days=100)
#: Days on which nobody holds a meeting: month, first and last.
HOLIDAYS = ((1, 1, 3), (5, 1, 5), (10, 1, 7))
#: How far the units are with what is still open when its window ends, by kind; the rest: this.
USUAL_SHARE = 0.8
SHARES = {"org_life_meeting": 0.25, "democratic_appraisal": 0.2, "heart_talk": 0.6, "workers_congress": 0.7}
#: What is held towards the end of its year: in the last days before today only.
TOWARDS_THE_END = {"org_life_meeting", "democratic_appraisal"}
LAST_DAYS = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Item:
    """One due item as planned."""

    id: int
    unit_id: int
    kind: str
    period: str
    opens_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Held:
    """One duty fulfilled on a day; `made_up`: after its time."""

    item: Item
    on: date
    made_up: bool


def decide(
    items: list[Item], *, since: date, on: date, home_id: int, owed_at_home: Iterable[str], chance: Random
) -> list[Held]:
    """Choose what was held. The home unit still owes its newest item of the kinds in `owed_at_home`, and nothing that
    is over.
    """
    owing = _still_owing(items, on, home_id, chance)
    newest: dict[str, int] = {}
    for item in items:
        if item.unit_id == home_id and item.kind in set(owed_at_home) and item.opens_on <= on:
            newest[item.kind] = item.id
    slack = {
        unit_id for unit_id in sorted({item.unit_id for item in items}) if chance.randrange(SLACK_ONE_IN) == 0
    }
    found = []
    for item in items:
        if item.opens_on > on or item.id in owing or item.id in newest.values():
            continue
        first = max(item.opens_on, since)
        if item.due_on < on:
            share = 1.0 if item.unit_id == home_id else SLACK if item.unit_id in slack else DILIGENT
            held = _past(item, first, on, chance, share=share)
        else:
            held = _running(item, first, on, chance)
        if held is not None:
            found.append(held)
    return found


def _still_owing(items: list[Item], on: date, home_id: int, chance: Random) -> set[int]:
    """Some units' items of each kind's last closed period."""
    closed: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        if on - LATELY <= item.due_on < on and item.unit_id != home_id:
            closed[item.kind][item.period].append(item)
    owing: set[int] = set()
    for periods in closed.values():
        last = max(periods.values(), key=lambda group: group[0].due_on)
        owing.update(item.id for item in chance.sample(last, max(1, round(len(last) * STILL_OWED))))
    return owing


def _past(item: Item, first: date, on: date, chance: Random, *, share: float) -> Held | None:
    if chance.random() < share:
        return Held(item, _working_day(first, item.due_on, chance), made_up=False)
    if chance.random() < MADE_UP:
        later = item.due_on + timedelta(days=chance.randint(2, 17))
        if later <= on:
            return Held(item, later, made_up=True)
    return None


def _running(item: Item, first: date, on: date, chance: Random) -> Held | None:
    length = (item.due_on - item.opens_on).days + 1
    passed = (on - item.opens_on).days / length
    if item.kind in TOWARDS_THE_END:
        first = max(first, on - LAST_DAYS)
    if chance.random() < SHARES.get(item.kind, USUAL_SHARE) * passed:
        return Held(item, _working_day(first, on, chance), made_up=False)
    return None


def _working_day(first: date, last: date, chance: Random) -> date:
    """A day of the span, as a rule from Monday to Friday."""
    day = first
    for _attempt in range(12):
        day = first + timedelta(days=chance.randint(0, (last - first).days))
        holiday = any(day.month == month and low <= day.day <= high for month, low, high in HOLIDAYS)
        if day.weekday() < 5 and not holiday:
            break
    return day
