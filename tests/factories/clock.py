"""The offices' wall clock, stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

import time_machine

from shared.clock import ZONE


class Clock:
    """`with clock.at("2026-06-20", hour=8): …`"""

    @contextmanager
    def at(self, day: str, hour: int = 9, minute: int = 0) -> Iterator[None]:
        moment = datetime.combine(date.fromisoformat(day), time(hour, minute), tzinfo=ZONE).astimezone(UTC)
        with time_machine.travel(moment, tick=False):
            yield
