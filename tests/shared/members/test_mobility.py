"""The rules about mobile members: data with source and validity, and the same answer for one person as for the list."""

from datetime import date

import pytest

from shared.members.mobility import REASONS, advice_limits, contact_limits
from shared.members.queries.stays import StayRow, advice_of
from shared.tenants.settings import SETTINGS

TODAY = date(2026, 6, 30)


def stay(reason: str, since: date) -> StayRow:
    return StayRow(1, "out", reason, "外地", "", "", "某支部", since, None)


def test_every_rule_says_where_it_comes_from_and_asks_about_known_reasons() -> None:
    for limit in [*contact_limits(TODAY), *advice_limits(TODAY)]:
        assert limit.source
        assert limit.grade in {"A", "B", "C", "K"}
        assert set(limit.reasons) <= set(REASONS)
        assert (limit.months is None) == (limit.setting is not None)
        assert limit.setting is None or limit.setting in SETTINGS


def test_contact_is_asked_for_every_reason_once() -> None:
    asked = [reason for limit in contact_limits(TODAY) for reason in limit.reasons]
    assert sorted(asked) == sorted(REASONS)


def test_a_rule_asks_nothing_before_it_is_in_force() -> None:
    assert contact_limits(date(2000, 1, 1)) == advice_limits(date(2000, 1, 1)) == []


@pytest.mark.parametrize(
    ("reason", "since", "advised"),
    [
        ("work", date(2025, 12, 30), True),
        ("work", date(2025, 12, 31), True),
        ("work", date(2026, 1, 1), False),
        ("graduate", date(2024, 6, 30), True),
        ("graduate", date(2024, 7, 1), False),
        ("abroad", date(2010, 1, 1), False),
    ],
)
def test_advice_comes_on_the_day(reason: str, since: date, advised: bool) -> None:
    assert bool(advice_of(stay(reason, since), TODAY)) == advised
