"""The only now() and today()."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

#: The whole product works on one civil calendar; periods are months and quarters of this zone.
ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The civil date in the offices."""
    return now().astimezone(ZONE).date()


def local(instant: datetime) -> datetime:
    """The same instant on the offices' wall clock."""
    return instant.astimezone(ZONE)


def at_local(day: date, at: time) -> datetime:
    """The instant of a day and a time on the offices' wall clock."""
    return datetime.combine(day, at, tzinfo=ZONE)
