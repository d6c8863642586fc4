"""What can be put to a secret ballot, as data; names and choices in words."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from shared.i18n import lazy_

NAMES: dict[str, lazy_] = {
    "appraisal": lazy_("Democratic appraisal of members"),
    "secretary_report": lazy_("Secretaries' report and appraisal"),
    "election": lazy_("Election of the Party organisation"),
    "union_election": lazy_("Election of the trade union"),
    "reform_rating": lazy_("Workers rate the reform"),
    "selection": lazy_("Selection of cases"),
}

CHOICES: dict[str, lazy_] = {
    "excellent": lazy_("Excellent"),
    "qualified": lazy_("Qualified"),
    "basic": lazy_("Basically qualified"),
    "unqualified": lazy_("Unqualified"),
    "good": lazy_("Good"),
    "rather_good": lazy_("Rather good"),
    "fair": lazy_("Fair"),
    "poor": lazy_("Poor"),
    "very_satisfied": lazy_("Very satisfied"),
    "satisfied": lazy_("Satisfied"),
    "dissatisfied": lazy_("Dissatisfied"),
    "for": lazy_("In favour"),
    "against": lazy_("Against"),
    "abstain": lazy_("Abstain"),
    "pick": lazy_("Chosen"),
}

#: Who votes, each class counted by itself.
CLASSES: dict[str, lazy_] = {
    "members": lazy_("Members"),
    "superiors": lazy_("Committee of the superior organisation"),
    "leaders": lazy_("The unit's own committee"),
    "delegates": lazy_("Delegates of members and workers"),
    "masses": lazy_("Masses outside the Party"),
}


@dataclass(frozen=True, slots=True)
class VoterClass:
    """A class beside the members; see classes.toml for the meaning of each field."""

    key: str
    offered: str
    heads: bool
    level: str
    source: str
    grade: str
    valid_from: date

    @property
    def name(self) -> str:
        return str(CLASSES[self.key])


@cache
def voter_classes() -> dict[str, VoterClass]:
    """All classes beside the members, as shipped."""
    rows = tomllib.loads((Path(__file__).parent / "classes.toml").read_text("utf-8"))["class"]
    return {row["key"]: VoterClass(offered=row.pop("from"), **row) for row in rows}


@dataclass(frozen=True, slots=True)
class BallotKind:
    """One kind of vote, in force from `valid_from`; see kinds.toml for the meaning of each field."""

    key: str
    line: str
    items: str
    voters: str
    choices: tuple[str, ...]
    rule: str
    cap: str
    level: str
    source: str
    grade: str
    valid_from: date
    weights: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(NAMES[self.key])

    @property
    def elects(self) -> bool:
        """Whether seats are filled: each item gets a choice, and others may be written in."""
        return self.items == "candidates"

    @property
    def seated(self) -> bool:
        """Whether a number of seats or places is asked for."""
        return self.elects or self.choices == ("pick",)


@cache
def ballot_kinds() -> dict[str, BallotKind]:
    """All kinds as shipped."""
    rows = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text("utf-8"))["kind"]
    return {
        row["key"]: BallotKind(
            **row | {name: tuple(row.get(name, ())) for name in ("choices", "weights", "classes")}
        )
        for row in rows
    }
