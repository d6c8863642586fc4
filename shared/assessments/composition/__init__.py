"""Of what a unit's yearly report and appraisal (述职评议考核) is composed, as data; sections and parts in words."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from shared.i18n import lazy_

PARTS: dict[str, lazy_] = {
    "live": lazy_("Ballot on the report"),
    "daily": lazy_("Daily work by the ledger"),
    "superior": lazy_("Opinion of the superior"),
}

SECTIONS: dict[str, lazy_] = {
    "last_year": lazy_("What became of last year's problems"),
    "work": lazy_("What was done this year"),
    "problems": lazy_("The main problems"),
    "causes": lazy_("Their causes"),
    "next_steps": lazy_("Next steps"),
}


@dataclass(frozen=True, slots=True)
class Composition:
    """The parts with their per cent, which add up to 100; see parts.toml."""

    grading: str
    level: str
    source: str
    grade: str
    valid_from: date
    weights: dict[str, int]
    sections: tuple[str, ...]


@cache
def composition() -> Composition:
    """As shipped. Raises ValueError where the weights do not add up."""
    data = tomllib.loads((Path(__file__).parent / "parts.toml").read_text("utf-8"))
    found = Composition(**data | {"sections": tuple(data["sections"])})
    if sum(found.weights.values()) != 100 or set(found.weights) != set(PARTS):
        raise ValueError("parts.toml: the weights are not those of the parts, or do not add up to 100")
    return found
