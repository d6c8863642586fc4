"""Days off of the state, years not published, a tenant's corrections, quiet hours."""

from datetime import date, datetime

import pytest
from flask import Flask

from shared.clock import ZONE
from shared.db import db, transaction
from shared.tenancy import tenant
from shared.workdays.models import Workday
from shared.workdays.queries import Calendar, calendar
from tests.world import World

PLAIN = Calendar({})


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def test_the_holidays_of_october_and_the_day_worked_for_them() -> None:
    assert not PLAIN.is_workday(date(2026, 10, 1))
    assert PLAIN.next_workday(date(2026, 10, 1)) == date(2026, 10, 8)
    assert PLAIN.workday_before(date(2026, 10, 3)) == date(2026, 9, 30)
    assert PLAIN.is_workday(date(2026, 10, 10)), "a Saturday worked in exchange"


def test_a_year_not_published_is_monday_to_friday_and_says_so() -> None:
    assert PLAIN.is_workday(date(2045, 10, 2))
    assert PLAIN.is_provisional(date(2045, 10, 2))
    assert PLAIN.next_workday(date(2045, 10, 7)) == date(2045, 10, 9)
    assert not PLAIN.is_provisional(date(2026, 10, 2))


def test_a_tenant_corrects_its_own_days_only(app: Flask, world: World) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            db.session.add(Workday(on_date=date(2026, 11, 25), worked=False, remark="停电"))
        own = calendar()
        db.session.remove()
    with app.app_context(), tenant(world.union.tenant_id):
        other = calendar()
        db.session.remove()
    assert own.next_workday(date(2026, 11, 25)) == date(2026, 11, 26)
    assert other.is_workday(date(2026, 11, 25))


def test_every_day_marked_as_off_ends_where_it_began() -> None:
    start = date(2045, 1, 1)
    off = Calendar({date.fromordinal(start.toordinal() + n): False for n in range(400)})
    assert off.next_workday(start) == start


@pytest.mark.parametrize(
    ("asked", "hours", "opens"),
    [
        (at(24, 20, 59), (21, 8), at(24, 20, 59)),
        (at(24, 21), (21, 8), at(25, 8)),
        (at(24, 7, 59), (21, 8), at(24, 8)),
        (at(24, 8), (21, 8), at(24, 8)),
        (at(27, 22), (21, 8), at(30, 8)),  # Friday night to Monday
        (at(28, 12), (21, 8), at(30, 8)),  # Saturday
        (at(30, 22, month=9), (21, 8), at(8, 8, month=10)),  # before the holidays
        (at(24, 12, 30), (12, 14), at(24, 14)),
        (at(28, 13), (12, 14), at(30, 0)),
        (at(28, 13), (0, 7), at(30, 7)),
        (at(24, 3), (0, 0), at(24, 3)),
    ],
)
def test_what_comes_in_quiet_hours_waits_for_the_next_open_one(
    asked: datetime, hours: tuple[int, int], opens: datetime
) -> None:
    assert PLAIN.open_time(asked, quiet_from=hours[0], quiet_until=hours[1]) == opens
