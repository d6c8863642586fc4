"""For how long a transfer may be accepted: a data file with source, level and grade, by the day on which it is sent."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from shared.i18n import lazy_

_FILE = Path(__file__).parent / "validity.toml"

#: What each key of the data file is called.
NAMES: Mapping[str, lazy_] = {
    "city": lazy_("Within the city"),
    "beyond": lazy_("Beyond the city"),
    "longest": lazy_("The longest"),
    "system": lazy_("Inside this system"),
}


@dataclass(frozen=True, slots=True)
class Validity:
    """A number of days, the day of issue not counted."""

    key: str
    days: int
    source: str
    level: str
    grade: str
    valid_from: date

    @property
    def name(self) -> str:
        return str(NAMES[self.key])


@cache
def _all() -> tuple[Validity, ...]:
    return tuple(Validity(**row) for row in tomllib.loads(_FILE.read_text("utf-8"))["validity"])


def validity(key: str, on: date) -> Validity:
    """The rule of that key in force on a day; a day before all of them takes the first. KeyError for an unknown key."""
    known = sorted((rule for rule in _all() if rule.key == key), key=lambda rule: rule.valid_from)
    if not known:
        raise KeyError(key)
    begun = [rule for rule in known if rule.valid_from <= on]
    return begun[-1] if begun else known[0]


def longest(on: date) -> int:
    """No transfer and no letter is valid for more days than this."""
    return validity("longest", on).days
