"""What a metric is given: the lines that name it, and the stretch of time it counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Subquery, Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

#: The columns of every metric's Select, in this order.
COLUMNS = ("line_id", "unit_id", "due_count", "done_count", "made_up_count", "flawed_count")


@dataclass(frozen=True, slots=True)
class Span:
    """A year or a part of it, counted until a day: a window that ends on `until` or later is still open."""

    year: int
    until: date
    #: The part of the year, both days included; None: all of it.
    since: date | None = None
    ends: date | None = None

    @classmethod
    def of(cls, year: int, on: date) -> "Span":
        """The span of a year as it stands on a day."""
        return cls(year, min(on, date(year + 1, 12, 31)))

    @classmethod
    def between(cls, since: date, ends: date, on: date) -> "Span":
        """A part of a year as it stands on a day."""
        return cls(since.year, min(on, ends + timedelta(days=1)), since, ends)

    @property
    def first(self) -> date:
        """The first day that is counted."""
        return self.since or date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """The last day that is counted."""
        return self.ends or date(self.year, 12, 31)

    @property
    def standing(self) -> date:
        """The day on which the state of a unit is looked at."""
        return min(self.until, self.ends or date(self.year, 12, 31))


@dataclass(frozen=True, slots=True)
class CountedLine:
    id: int
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lack:
    """One row that is missing behind a line that is not counted from due items: what, since when, and where it lies.

    `text` is the tenant's own word or a month; '' where the number says all. `endpoint` with `args` is its page.
    """

    text: str
    day: date | None = None
    endpoint: str = ""
    args: dict[str, Any] = field(default_factory=dict)


def values(rows: Sequence[tuple[int, Any]], word: str, type_: type[TypeEngine[Any]]) -> Subquery:
    """(line_id, word) as rows, sent along as two arrays."""
    return select(
        func.unnest(literal([line for line, _ in rows], ARRAY(BigInteger))).label("line_id"),
        func.unnest(literal([value for _, value in rows], ARRAY(type_))).label(word),
    ).subquery(f"{word}_of_line")


def pairs(lines: list[tuple[int, str]], word: str) -> Subquery:
    """(line_id, word) as rows: the kinds or posts that each line counts."""
    return values(lines, word, Text)
