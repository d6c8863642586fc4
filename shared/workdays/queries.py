"""Which days are worked: the calendar of the state, and the tenant's own corrections over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar
from sqlalchemy import select

from shared.clock import ZONE, local
from shared.db import db
from shared.tenants.queries import all_settings
from shared.workdays.models import Workday

#: No stretch of days off is longer; a tenant that marks every day as off is not searched for ever.
_FARTHEST = 366
_SATURDAY = 5


def of_the_state(on: date) -> bool | None:
    """Whether the state's calendar works that day; None where the year's has not been published with the product."""
    try:
        return bool(chinese_calendar.is_workday(on))
    except NotImplementedError:
        return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The open tenant's days, read once; asking costs no query."""

    corrections: dict[date, bool]
    #: The tenant makes nothing of days off.
    every_day: bool = False

    def is_workday(self, on: date) -> bool:
        """Whether that day is worked. A year not published yet: Monday to Friday."""
        if self.every_day:
            return True
        if on in self.corrections:
            return self.corrections[on]
        known = of_the_state(on)
        return on.weekday() < _SATURDAY if known is None else known

    def is_provisional(self, on: date) -> bool:
        """Whether that day rests on Monday to Friday only."""
        return on not in self.corrections and of_the_state(on) is None

    def next_workday(self, on: date) -> date:
        """That day if it is worked, else the next one that is."""
        return self._nearest(on, timedelta(days=1))

    def workday_before(self, on: date) -> date:
        """That day if it is worked, else the last one before it that is."""
        return self._nearest(on, timedelta(days=-1))

    def open_time(self, at: datetime, *, quiet_from: int, quiet_until: int) -> datetime:
        """The first instant from `at` on outside the quiet hours (whole hours, 0 to 23) and on a day worked.

        Quiet hours may span midnight (21 to 8); the same hour twice: none, and only days off are quiet.
        """
        there = local(at)
        day, hour = there.date(), there.hour
        if quiet_from > quiet_until:
            early, late = hour < quiet_until, hour >= quiet_from
        else:
            early, late = quiet_from <= hour < quiet_until, False
        if late:
            day += timedelta(days=1)
        worked = self.next_workday(day)
        if worked == there.date() and not early:
            return at
        # A day that has not begun opens at midnight, unless the quiet hours reach into its morning.
        into_morning = quiet_from > quiet_until or quiet_from == 0
        first = quiet_until if into_morning or worked == there.date() else 0
        return datetime.combine(worked, time(first), ZONE).astimezone(at.tzinfo)

    def _nearest(self, on: date, step: timedelta) -> date:
        day = on
        for _turn in range(_FARTHEST):
            if self.is_workday(day):
                return day
            day += step
        return on


def calendar() -> Calendar:
    """The open tenant's calendar. One query."""
    rows = db.session.execute(select(Workday.on_date, Workday.worked))
    return Calendar({row.on_date: row.worked for row in rows})


@dataclass(frozen=True, slots=True)
class Hours:
    """When the open tenant's messages may make themselves heard: its quiet hours and days, read once."""

    days: Calendar
    quiet_from: int
    quiet_until: int

    def opens(self, at: datetime) -> datetime:
        """That instant if it is open, else the first one after it that is."""
        return self.days.open_time(at, quiet_from=self.quiet_from, quiet_until=self.quiet_until)

    def is_open(self, at: datetime) -> bool:
        return self.opens(at) == at

    def is_quiet_hour(self, hour: int) -> bool:
        """Whether an hour of the clock is quiet on every day."""
        if self.quiet_from > self.quiet_until:
            return hour >= self.quiet_from or hour < self.quiet_until
        return self.quiet_from <= hour < self.quiet_until


def hours_of(chosen: Mapping[str, Any]) -> Hours:
    """The hours by a tenant's choices (shared.tenants.queries.all_settings). One query, or none."""
    days = calendar() if chosen["quiet_days_off"] else Calendar({}, every_day=True)
    return Hours(days, chosen["quiet_from"], chosen["quiet_until"])


def open_hours() -> Hours:
    """The open tenant's hours. Two queries."""
    return hours_of(all_settings())


@dataclass(frozen=True, slots=True)
class Differing:
    """A day that is other than its weekday says. `own`: the tenant's correction, with its remark."""

    on: date
    worked: bool
    own: bool
    remark: str = ""


def differing(year: int) -> list[Differing]:
    """The days of a year that are other than Monday to Friday, and every correction. One query."""
    first = date(year, 1, 1)
    own = {
        row.on_date: row
        for row in db.session.execute(
            select(Workday.on_date, Workday.worked, Workday.remark).where(
                Workday.on_date >= first, Workday.on_date <= date(year, 12, 31)
            )
        )
    }
    found = []
    for number in range((date(year + 1, 1, 1) - first).days):
        on = first + timedelta(days=number)
        known = of_the_state(on)
        if on in own:
            found.append(Differing(on, own[on].worked, own=True, remark=own[on].remark))
        elif known is not None and known != (on.weekday() < _SATURDAY):
            found.append(Differing(on, known, own=False))
    return found
