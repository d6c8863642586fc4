"""Which days are worked: the calendar of the state, and the tenant's own corrections over it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar
from sqlalchemy import select

from shared.clock import ZONE, local
from shared.db import db
from shared.workdays.models import Workday

#: No stretch of days off is longer; a tenant that marks every day as off is not searched for ever.
_FARTHEST = 366


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

    def is_workday(self, on: date) -> bool:
        """Whether that day is worked. A year not published yet: Monday to Friday."""
        if on in self.corrections:
            return self.corrections[on]
        known = of_the_state(on)
        return on.weekday() < 5 if known is None else known

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
