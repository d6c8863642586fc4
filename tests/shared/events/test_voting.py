"""Votes: the rules are whole, and denominators are exact in whole numbers."""

import itertools
from datetime import date
from fractions import Fraction as Exact

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.kinds import KINDS
from shared.events.voting import Counted, VoteRule, judge, rule_on, rules_for, vote_rules
from shared.events.voting.rules import NAMES

RULES = vote_rules()
PEOPLE = st.integers(0, 5000)


@st.composite
def counts(draw: st.DrawFn) -> Counted:
    """Any count that a form could hold: nobody votes twice, the absent write at most once."""
    due = draw(PEOPLE)
    present = draw(st.integers(0, due))
    written = draw(st.integers(0, due - present))
    yes = draw(st.integers(0, present + written))
    no = draw(st.integers(0, present + written - yes))
    return Counted(due, present, yes, no, draw(st.integers(0, present + written - yes - no)), written)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.key}-{rule.valid_from}")
def test_a_rule_is_whole(rule: VoteRule) -> None:
    assert rule.key in NAMES
    assert rule.kinds
    assert set(rule.kinds) <= set(KINDS), set(rule.kinds) - set(KINDS)
    assert set(rule.opens_at) <= set(rule.kinds)
    assert rule.voters in ("members", "committee")
    assert rule.majority_of in ("due", "present")
    assert rule.ballot in ("secret", "any")
    assert rule.written in ("yes", "no", "setting")
    assert rule.level in ("national", "province", "city", "unit")
    assert rule.grade in ("A", "B", "C", "K")
    assert rule.source
    assert 0 < rule.quorum.over <= rule.quorum.under
    # One line for both: a union's rule never stands at a Party meeting.
    assert len({KINDS[kind].line for kind in rule.kinds}) == 1


def test_versions_of_a_rule_do_not_overlap() -> None:
    for key in NAMES:
        versions = sorted((rule for rule in RULES if rule.key == key), key=lambda rule: rule.valid_from)
        assert versions
        for earlier, later in itertools.pairwise(versions):
            assert earlier.valid_to is not None
            assert earlier.valid_to < later.valid_from


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.key}-{rule.valid_from}")
@given(counted=counts())
def test_a_verdict_is_what_exact_fractions_say(rule: VoteRule, counted: Counted) -> None:
    verdict = judge(rule, counted)
    share = Exact(rule.quorum.over, rule.quorum.under) * counted.due
    came = counted.present > share if rule.quorum_strict else counted.present >= share
    assert verdict.quorate == (came and counted.due > 0)
    base = counted.due if rule.majority_of == "due" else counted.present + counted.written
    carried = counted.yes > Exact(rule.majority.over, rule.majority.under) * base
    assert verdict.passed == (verdict.quorate and carried)
    # The numbers shown as needed are the least that do it.
    assert (counted.present >= verdict.needed_present) == came
    assert (counted.yes >= verdict.needed_yes) == carried


@given(due=st.integers(1, 5000))
def test_half_of_those_due_never_carries(due: int) -> None:
    rule = rule_on("admission", date(2026, 11, 20))
    assert rule is not None
    half = due // 2
    everybody = Counted(due, due, half, due - half)
    assert not judge(rule, everybody).passed
    assert judge(rule, Counted(due, due, half + 1, due - half - 1)).passed
    # Half of them present are no quorum at an admission (2p > due), but are at any other matter (2p ≥ due).
    if due % 2 == 0:
        assembly = rule_on("assembly", date(2026, 11, 20))
        assert assembly is not None
        assert not judge(rule, Counted(due, half, half)).quorate
        assert judge(assembly, Counted(due, half, half)).quorate


@pytest.mark.parametrize(
    ("due", "present", "quorate"), [(5, 3, False), (5, 4, True), (6, 4, False), (6, 5, True), (10, 8, True)]
)
def test_an_election_asks_for_four_fifths_of_those_due(due: int, present: int, quorate: bool) -> None:
    rule = rule_on("election", date(2026, 11, 20))
    assert rule is not None
    assert judge(rule, Counted(due, present, present)).quorate is quorate


def test_an_election_counts_those_present_and_a_decision_those_due() -> None:
    election, assembly = (rule_on(key, date(2026, 11, 20)) for key in ("election", "assembly"))
    assert election is not None
    assert assembly is not None
    counted = Counted(20, 16, 10, 6)
    assert judge(election, counted).passed
    assert not judge(assembly, counted).passed


@pytest.mark.parametrize(("due", "needed"), [(3, 2), (4, 3), (22, 15), (30, 20)])
def test_two_thirds_round_up(due: int, needed: int) -> None:
    rule = rule_on("congress", date(2026, 11, 20))
    assert rule is not None
    assert judge(rule, Counted(due, due, due)).needed_present == needed


def test_the_rule_is_that_of_the_day() -> None:
    old, new = rule_on("admission", date(2026, 5, 10)), rule_on("admission", date(2026, 5, 11))
    assert old is not None
    assert new is not None
    assert (old.written, new.written) == ("yes", "setting")
    # Before the first version the first one holds: an old record can still be entered.
    assert "assembly" in rules_for("branch_assembly", date(2015, 3, 1))
    assert rules_for("theme_day", date(2026, 11, 20)) == {}


def test_nobody_due_decides_nothing() -> None:
    for rule in RULES:
        assert not judge(rule, Counted(0, 0, 0)).passed
