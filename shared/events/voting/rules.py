"""The rules of votes as shipped: data with source, level, grade and validity; their names are here to be translated."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from shared.i18n import lazy_

#: What is put to the vote. Each key of rules.toml has its name here.
NAMES: dict[str, lazy_] = {
    "assembly": lazy_("Decision of the assembly"),
    "admission": lazy_("Admission, or transfer to full membership"),
    "election": lazy_("Election by the assembly"),
    "committee": lazy_("Decision of the committee"),
    "leaders": lazy_("Decision of the leading team"),
    "leaders_study": lazy_("Decision of the leading team on Party work"),
    "union_assembly": lazy_("Decision of the members' assembly"),
    "union_election": lazy_("Election of the union"),
    "congress": lazy_("Decision of the workers' congress"),
    "contract": lazy_("Draft of a collective contract"),
    "union_committee": lazy_("Decision of the union committee"),
}


@dataclass(frozen=True, slots=True)
class Fraction:
    """Part of a number of people, compared in whole numbers: no rounding anywhere."""

    over: int
    under: int

    def least(self, people: int, *, strict: bool) -> int:
        """The smallest number that is at least this part of `people`, or more than it."""
        whole = self.over * people
        return whole // self.under + 1 if strict else -(-whole // self.under)

    def __str__(self) -> str:
        return f"{self.over}/{self.under}"


@dataclass(frozen=True, slots=True)
class VoteRule:
    """One version of one rule, in force from `valid_from` to `valid_to` (both included; None: still)."""

    key: str
    kinds: tuple[str, ...]
    opens_at: tuple[str, ...]
    #: members: those with a vote; committee: who holds an office of the committee.
    voters: str
    quorum: Fraction
    quorum_strict: bool
    majority: Fraction
    #: due (应到) or present (到会).
    majority_of: str
    #: secret, or any.
    ballot: str
    #: Whether written opinions of the absent count: yes, no, or setting (the tenant's).
    written: str
    level: str
    source: str
    grade: str
    valid_from: date
    valid_to: date | None

    @property
    def name(self) -> str:
        return str(NAMES[self.key])

    def holds_on(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def _fraction(text: str) -> Fraction:
    over, _slash, under = text.partition("/")
    return Fraction(int(over), int(under))


@cache
def vote_rules() -> tuple[VoteRule, ...]:
    """Every version, in the order of the file."""
    data = tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
    return tuple(
        VoteRule(
            key=one["key"],
            kinds=tuple(one["kinds"]),
            opens_at=tuple(one.get("opens_at", ())),
            voters=one["voters"],
            quorum=_fraction(one["quorum"]),
            quorum_strict=one["quorum_strict"],
            majority=_fraction(one["majority"]),
            majority_of=one["majority_of"],
            ballot=one["ballot"],
            written=one["written"],
            level=one["level"],
            source=one["source"],
            grade=one["grade"],
            valid_from=one["valid_from"],
            valid_to=one.get("valid_to"),
        )
        for one in data["rule"]
    )


def rule_on(key: str, on: date) -> VoteRule | None:
    """The version of a rule for a day; for one before its first version that one, by which an old record is read."""
    versions = [rule for rule in vote_rules() if rule.key == key]
    first = min(versions, key=lambda rule: rule.valid_from, default=None)
    if first is not None and on < first.valid_from:
        return first
    return next((rule for rule in versions if rule.holds_on(on)), None)


def rules_for(kind: str, on: date) -> dict[str, VoteRule]:
    """What may be put to the vote at this kind of event on that day; empty where no vote is taken."""
    found = {}
    for key in dict.fromkeys(rule.key for rule in vote_rules()):
        rule = rule_on(key, on)
        if rule is not None and kind in rule.kinds:
            found[key] = rule
    return found
