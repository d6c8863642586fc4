"""Whether a vote could be taken and carried, in whole numbers. The result is computed here and never typed."""

from dataclasses import dataclass

from shared.events.voting.rules import VoteRule


@dataclass(frozen=True, slots=True)
class Counted:
    """One vote in numbers: people with a vote due and present; the votes, those in writing among them."""

    due: int
    present: int
    yes: int
    no: int = 0
    abstain: int = 0
    written: int = 0

    @property
    def cast(self) -> int:
        return self.yes + self.no + self.abstain

    @property
    def votes(self) -> int:
        """How many could be cast: the present, and written opinions of the absent."""
        return self.present + self.written


@dataclass(frozen=True, slots=True)
class Verdict:
    """`needed_present` of `due` make the quorum; `needed_yes` of `base` carry."""

    needed_present: int
    quorate: bool
    base: int
    needed_yes: int
    passed: bool


def judge(rule: VoteRule, counted: Counted) -> Verdict:
    """The verdict of a rule on a count. Without a quorum nothing is carried.

    A written opinion counts as a vote, never as presence: the quorum is of those who came.
    """
    needed_present = rule.quorum.least(counted.due, strict=rule.quorum_strict)
    quorate = counted.due > 0 and counted.present >= needed_present
    base = counted.due if rule.majority_of == "due" else counted.votes
    needed_yes = rule.majority.least(base, strict=True)
    return Verdict(
        needed_present=needed_present,
        quorate=quorate,
        base=base,
        needed_yes=needed_yes,
        passed=quorate and counted.yes >= needed_yes,
    )
