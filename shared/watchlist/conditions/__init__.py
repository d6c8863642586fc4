"""The conditions of the watch-list: a data file with source, level, grade and validity, and their words.

A new condition is an entry of conditions.toml and its name here; one that the ledger can say also names a function of
shared.watchlist.queries.ledger.
"""

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.events.kinds import KINDS
from shared.i18n import _, lazy_

DATA = Path(__file__).parent / "conditions.toml"

NAMES: dict[str, lazy_] = {
    "secretary_vacant": lazy_("No secretary for more than three months"),
    "life_not_held": lazy_("Meetings and lectures not held"),
    "yearly_not_held": lazy_("Yearly organisational life meeting or appraisal not held"),
    "nobody_developed": lazy_("Nobody admitted for two years or more"),
    "last_assessed": lazy_("Last in the yearly assessment among its neighbours"),
    "team_weak": lazy_("The committee is incomplete or does not work"),
    "petitions": lazy_("Petitions or incidents come together here"),
    "satisfaction": lazy_("Satisfaction below 60 per cent"),
    "referred": lazy_("Referred by another body"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition in force. `ledger`: what computes it, empty where a person says what it is based on."""

    key: str
    level: str
    source: str
    grade: str
    valid_from: date
    valid_to: date | None = None
    ledger: str = ""
    #: Looked back so many months; at least so many due items or neighbours.
    months: int = 0
    least: int = 1
    kinds: tuple[str, ...] = ()
    unit_kinds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(NAMES[self.key])


@cache
def _read() -> tuple[Condition, ...]:
    found = (Condition(**row) for row in tomllib.loads(DATA.read_text("utf-8"))["condition"])
    return tuple(replace(one, kinds=tuple(one.kinds), unit_kinds=tuple(one.unit_kinds)) for one in found)


def conditions(on: date) -> list[Condition]:
    """Those in force on a day, in the order of the file."""
    return [one for one in _read() if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)]


def named(key: str) -> str:
    """The condition's name in the reader's language; an unknown key as it is."""
    return str(NAMES.get(key, key))


def said(key: str, facts: dict[str, Any]) -> str:
    """What the ledger says of a condition, in words. `facts` as shared.watchlist.queries.ledger gives them."""
    if "kinds" in facts:
        return "；".join(
            _(
                "%(kind)s: due %(n)s times, never held",
                kind=KINDS[kind].name if kind in KINDS else kind,
                n=count,
            )
            for kind, count in sorted(facts["kinds"].items())
        )
    if "since" in facts and key == "secretary_vacant":
        return _("nobody holds the office since %(day)s", day=facts["since"])
    if "since" in facts:
        return _("nobody admitted since %(day)s", day=facts["since"])
    if "rate" in facts:
        return _(
            "%(year)s: %(rate)s per cent, the lowest of %(n)s units",
            year=facts["year"],
            rate=facts["rate"],
            n=facts["of"],
        )
    return ""
