"""Study in words and numbers: forms of study, ways to make up for a meeting, and the hours that rules ask a year."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from shared.i18n import lazy_

RULES_FILE = Path(__file__).parent / "hours.toml"

#: 集中, 自学, 实践.
FORMS: dict[str, lazy_] = {
    "central": lazy_("Study in common"),
    "self": lazy_("Self-study"),
    "practice": lazy_("Practice"),
}

#: How an absent person makes up for a meeting; the code stands first in what is stored, a remark after a space.
WAYS: dict[str, lazy_] = {
    "session": lazy_("A session of its own"),
    "reading": lazy_("Read the material"),
    "told": lazy_("Told by the committee"),
    "online": lazy_("Watched or heard it later"),
    "other": lazy_("Another way"),
}

#: A day has so many.
MOST_A_DAY = Decimal(24)


def way_text(stored: str | None) -> str:
    """How somebody made up for it, in the reader's language, with the remark."""
    code, _space, remark = (stored or "").partition(" ")
    word = str(WAYS[code]) if code in WAYS else code
    return f"{word} {remark}".strip()


@dataclass(frozen=True, slots=True)
class HoursRule:
    """What a rule asks of one person in a calendar year: `hours` of 学时 in the forms that count."""

    key: str
    line: str
    who: str
    hours: Decimal
    counts: tuple[str, ...]
    level: str
    source: str
    grade: str
    valid_from: date
    valid_to: date | None = None


def _rule(row: dict[str, Any]) -> HoursRule:
    if row["who"] not in ("members", "committee") or not set(row["counts"]) <= set(FORMS):
        raise ValueError(f"{RULES_FILE.name}: {row['key']!r}")
    return HoursRule(**{**row, "hours": Decimal(str(row["hours"])), "counts": tuple(row["counts"])})


@cache
def shipped_hours() -> tuple[HoursRule, ...]:
    """Every version of every rule. Raises ValueError naming the rule that is unknown."""
    return tuple(_rule(row) for row in tomllib.loads(RULES_FILE.read_text("utf-8"))["rule"])


def rule_of(line: str, who: str, year: int) -> HoursRule | None:
    """The rule in force at the end of a calendar year; None where no rule asks for a number."""
    on = date(year, 12, 31)
    found = [
        rule
        for rule in shipped_hours()
        if rule.line == line
        and rule.who == who
        and rule.valid_from <= on
        and (rule.valid_to is None or rule.valid_to >= on)
    ]
    return max(found, key=lambda rule: rule.valid_from, default=None)
