"""Cells of an old ledger: days, hours, kinds and the absent, as offices write them."""

import pytest

from shared.imports.cells.happenings import parse_absent, parse_event_kind, parse_held, parse_hours

TODAY = "2026-11-22"


@pytest.mark.parametrize(
    ("raw", "year", "month", "found"),
    [
        ("2026年3月15日（星期日）下午2:30", None, None, ("2026-03-15", None)),
        ("二〇二六年三月十五日", None, None, ("2026-03-15", None)),
        ("26.3.15", None, None, ("2026-03-15", None)),
        ("2026/3/15 14:30", None, None, ("2026-03-15", None)),
        (20260315.0, None, None, ("2026-03-15", None)),
        ("3月15日", 2025, None, ("2025-03-15", None)),
        ("3-15", 2026, None, ("2026-03-15", None)),
        ("3月15日", None, None, (None, "held_year")),
        ("15日", 2026, 3, ("2026-03-15", None)),
        (15.0, 2026, 3, ("2026-03-15", None)),
        (3.15, 2026, None, ("2026-03-15", None)),
        (3.1, 2026, None, (None, "held_lost")),
        ("3月", 2026, None, (None, "held_day")),
        ("2026年", None, None, (None, "held_day")),
        ("2月30日", 2026, None, (None, "date_impossible")),
        ("13月1日", 2026, None, (None, "date_impossible")),
        ("12月31日", 2026, None, (None, "date_future")),
        ("3月15日-16日", 2026, None, ("2026-03-15", "held_span")),
        ("2026-03-15至16日", None, None, ("2026-03-15", "held_span")),
        ("", 2026, None, (None, "held_missing")),
        ("上旬", 2026, None, (None, "held_unclear")),
        (45000.5, 2026, None, (None, "held_lost")),
        ("=1+1", 2026, None, (None, "held_unclear")),
    ],
)
def test_a_day(
    raw: object, year: int | None, month: int | None, found: tuple[str | None, str | None]
) -> None:
    assert parse_held(raw, year=year, month=month, limit=TODAY) == found


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("14:30-16:00", ("14:30", "16:00", None)),
        ("14：30 至 16：00", ("14:30", "16:00", None)),
        ("下午2点半", ("14:30", None, None)),
        ("下午2:30-4:00", ("14:30", "16:00", None)),
        (0.5, ("12:00", None, None)),
        ("上午", (None, None, None)),
        ("25:00", (None, None, "time_unclear")),
        ("16:00-14:00", ("16:00", None, "time_unclear")),
        ("随时", (None, None, "time_unclear")),
    ],
)
def test_hours(raw: object, found: tuple[str | None, str | None, str | None]) -> None:
    assert parse_hours(raw) == found


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("张三（病假）、李四(出差，北京)", [("张三", "sick", "病假"), ("李四", "duty", "出差 北京")]),
        (
            "病假：张三、李四；事假：王五",
            [("张三", "sick", "病假"), ("李四", "sick", "病假"), ("王五", "personal", "事假")],
        ),
        ("张三：出差，李四", [("张三", "duty", "出差"), ("李四", "other", "")]),
        ("张 三 因公出差", [("张三", "duty", "因公出差")]),
        ("无", []),
        ("全勤", []),
        ("", None),
    ],
)  # fmt: skip
def test_the_absent(raw: str, found: list[tuple[str, str, str]] | None) -> None:
    assert parse_absent(raw) == (found, None)


def test_a_number_is_no_name() -> None:
    assert parse_absent("2人") == (None, "absent_number")
    assert parse_absent(2.0) == (None, "absent_number")


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("主题党日", "theme_day"),
        ("3 月主题党日活动", "theme_day"),
        ("支部委员会", "branch_committee_meeting"),
        ("党员大会", "branch_assembly"),
        ("书记讲党课", "party_lecture"),
        ("職工代表大會", "workers_congress"),
    ],
)
def test_a_kind(raw: str, found: str) -> None:
    assert parse_event_kind(raw) == (found, None)


def test_a_word_for_many_kinds_is_none() -> None:
    assert parse_event_kind("三会一课") == (None, "event_kind_unclear")
    assert parse_event_kind("") == (None, None)
