"""Mobile members (流动党员): the words, and what is asked about them by which rule, as data with source and validity.

The numbers stand in mobility.toml, never in code; a rule that is not in force on the day asks nothing.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from shared.i18n import lazy_

#: Why somebody is away.
REASONS: Mapping[str, lazy_] = {
    "work": lazy_("Works elsewhere"),
    "study": lazy_("Studies elsewhere"),
    "home": lazy_("Lives elsewhere"),
    "graduate": lazy_("Graduate, relationship kept at the school"),
    "abroad": lazy_("Abroad"),
    "other": lazy_("Another reason"),
}

#: By which way contact was kept; what was said is nobody's business here.
WAYS: Mapping[str, lazy_] = {
    "phone": lazy_("Telephone"),
    "message": lazy_("Written message"),
    "visit": lazy_("Visit"),
    "online": lazy_("Meeting online"),
    "other": lazy_("Another way"),
}

DIRECTIONS: Mapping[str, lazy_] = {
    "out": lazy_("Away (mobile)"),
    "in": lazy_("Here (mobile)"),
}

_FILE = Path(__file__).parent / "mobility.toml"


@dataclass(frozen=True, slots=True)
class Limit:
    """One rule: after so many months, or after the days that the tenant's `setting` says."""

    key: str
    reasons: tuple[str, ...]
    months: int | None
    setting: str | None
    level: str
    source: str
    grade: str
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@cache
def _read() -> Mapping[str, tuple[Limit, ...]]:
    return {
        name: tuple(
            Limit(
                key=entry["key"],
                reasons=tuple(entry["reasons"]),
                months=entry.get("months"),
                setting=entry.get("setting"),
                level=entry["level"],
                source=entry["source"],
                grade=entry["grade"],
                valid_from=entry["valid_from"],
                valid_to=entry.get("valid_to"),
            )
            for entry in entries
        )
        for name, entries in tomllib.loads(_FILE.read_text("utf-8")).items()
    }


def contact_limits(on: date) -> list[Limit]:
    """How often contact is to be kept, the rules in force on a day."""
    return [limit for limit in _read()["contact"] if limit.holds(on)]


def advice_limits(on: date) -> list[Limit]:
    """From when the relationship should be transferred, the rules in force on a day."""
    return [limit for limit in _read()["advice"] if limit.holds(on)]


def reason_name(key: str) -> str:
    return str(REASONS[key]) if key in REASONS else key


def way_name(key: str) -> str:
    return str(WAYS[key]) if key in WAYS else key
