"""Every rule of advice says of what kind, by which source and since when; kinds and rules agree."""

from datetime import date
from itertools import pairwise

import pytest

from shared.members.posts import POSTS
from shared.organisations.advice import CHECKS, MEASURES, WEIGHTS, Rule, all_rules, rules_on
from shared.organisations.kinds import KINDS, NEVER_TOP, may_stand_under, posts_of


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: f"{rule.key}-{rule.low}")
def test_a_rule_is_whole(rule: Rule) -> None:
    assert set(rule.kinds) <= set(KINDS)
    assert rule.check in CHECKS
    assert rule.by is None or rule.by in MEASURES
    assert rule.weight in WEIGHTS
    assert rule.grade in {"A", "B", "C", "K"}
    assert rule.level in {"national", "province", "city", "unit"}
    assert rule.source or rule.check == "post"
    assert rule.least is not None or rule.most is not None
    assert rule.low is None or rule.by is not None
    assert rule.code is None or rule.code in POSTS


def test_bands_of_one_rule_neither_overlap_nor_leave_a_gap() -> None:
    for key in {rule.key for rule in all_rules() if rule.check == "committee"}:
        bands = sorted((rule for rule in all_rules() if rule.key == key), key=lambda rule: rule.low or 0)
        for one, after in pairwise(bands):
            assert one.high is not None
            assert after.low == one.high + 1, key


def test_the_offices_follow_the_size() -> None:
    for kind in KINDS:
        for members in (0, 6, 7, 24, 25, 300):
            asked = {
                rule.code
                for rule in all_rules()
                if rule.check == "post" and kind in rule.kinds
                and (rule.low or 0) <= members <= (rule.high if rule.high is not None else members)
            }  # fmt: skip
            assert asked == set(posts_of(kind, members)), (kind, members)


def test_a_rule_holds_from_its_first_day() -> None:
    key = "union_women"
    assert key not in {rule.key for rule in rules_on(date(2019, 12, 15))}
    assert key in {rule.key for rule in rules_on(date(2019, 12, 16))}
    # A city's table binds nobody by itself.
    assert "union_committee_futian" not in {rule.key for rule in rules_on(date(2026, 1, 1))}


def test_every_kind_has_a_place() -> None:
    for kind, spec in KINDS.items():
        assert all(KINDS[parent].line == spec.line for parent in spec.parents), kind
        assert spec.parents or kind not in NEVER_TOP, kind
        assert may_stand_under(kind, None) == (kind not in NEVER_TOP)
