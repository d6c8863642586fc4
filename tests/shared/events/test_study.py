"""The rules of hours as data: dates, sources, grades; and the codes of check-in."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from shared.events.study import FORMS, RULES_FILE, WAYS, rule_of, shipped_hours, way_text


@pytest.mark.parametrize(
    ("year", "who", "hours"),
    [
        (2026, "members", 32),
        (2026, "committee", 56),
        (2023, "members", 32),
        (2018, "members", 24),
        (2018, "committee", 40),
    ],
)
def test_a_year_has_the_number_in_force_at_its_end(year: int, who: str, hours: int) -> None:
    rule = rule_of("party", who, year)
    assert rule is not None
    assert rule.hours == Decimal(hours)


def test_where_no_rule_asks_there_is_none() -> None:
    assert rule_of("party", "members", 2013) is None
    assert rule_of("union", "members", 2026) is None


def test_every_version_names_source_level_and_grade_and_none_overlap() -> None:
    rules = shipped_hours()
    for rule in rules:
        assert len(rule.source) > 10
        assert rule.grade in {"A", "B", "C", "K"}
        assert rule.level in {"national", "province", "city", "unit"}
        assert set(rule.counts) <= set(FORMS)
    for key in {rule.key for rule in rules}:
        versions = sorted((one for one in rules if one.key == key), key=lambda one: one.valid_from)
        for earlier, later in pairwise(versions):
            assert (earlier.valid_to or date.max) < later.valid_from
    # What was not read in the plan in force is not called official.
    assert {rule.grade for rule in rules if rule.valid_to is None} == {"K"}
    assert RULES_FILE.read_text("utf-8").count("[[rule]]") == len(rules)


def test_a_way_is_said_with_its_remark() -> None:
    assert way_text("reading 读了两遍").endswith("读了两遍")
    assert way_text("told") == str(WAYS["told"])
    assert way_text(None) == ""
    assert way_text("unknown") == "unknown"
