"""What a unit should have by its kind and size, as data with source, level, grade and validity (rules.toml).

Advice: nothing of this refuses a fact. Where it is counted and said: shared.members.queries.lacks, the pages of units.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.organisations.kinds import KINDS

RULES = Path(__file__).parent / "rules.toml"
CHECKS = frozenset(
    {"full", "members", "committee", "women_committee", "audit", "discipline", "link", "chair", "post"}
)
MEASURES = frozenset({"full", "members", "women", "staff"})
WEIGHTS = ("must", "usual", "may")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of law. `least` and `most` hold while the measure `by` lies from `low` to `high`, both included."""

    key: str
    kinds: tuple[str, ...]
    check: str
    weight: str
    source: str
    level: str
    grade: str
    valid_from: date
    by: str | None = None
    low: int | None = None
    high: int | None = None
    least: int | None = None
    most: int | None = None
    #: The office that check "post" looks for.
    code: str | None = None
    valid_to: date | None = None
    chosen: bool = True


def _rules(given: dict[str, Any]) -> list[Rule]:
    """A data rule as it stands, or once for each of its bands."""
    bands = given.pop(
        "bands", [{name: given.pop(name) for name in ("from", "to", "least", "most") if name in given}]
    )
    given["kinds"] = tuple(given["kinds"])
    return [
        Rule(
            **given,
            low=band.get("from"),
            high=band.get("to"),
            least=band.get("least"),
            most=band.get("most"),
        )
        for band in bands
    ]


def _offices() -> list[Rule]:
    """The offices that a kind should have filled, as rules of the same form."""
    found = []
    for kind, spec in KINDS.items():
        small = spec.small_below
        for code in dict.fromkeys((*spec.posts, *(spec.posts_small if small else ()))):
            found.append(
                Rule(
                    key=f"{kind}.{code}",
                    kinds=(kind,),
                    check="post",
                    code=code,
                    by="members" if small else None,
                    low=small if small and code not in spec.posts_small else None,
                    high=small - 1 if small and code not in spec.posts else None,
                    least=1,
                    weight="usual",
                    source="",
                    level="national",
                    grade="A",
                    valid_from=date(1900, 1, 1),
                )
            )
    return found


@cache
def all_rules() -> tuple[Rule, ...]:
    """Everything shipped: the data file's rules, then the offices."""
    given = tomllib.loads(RULES.read_text("utf-8"))["rule"]
    return tuple(rule for one in given for rule in _rules(one)) + tuple(_offices())


def rules_on(day: date) -> list[Rule]:
    """The rules in force on a day, those aside that only hold where they were chosen."""
    return [
        rule
        for rule in all_rules()
        if rule.chosen and rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)
    ]
