"""What a metric is given: the lines that name it, and the stretch of time it counts."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Subquery, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

#: The columns of every metric's Select, in this order.
COLUMNS = ("line_id", "unit_id", "due_count", "done_count", "made_up_count", "flawed_count")


@dataclass(frozen=True, slots=True)
class Span:
    """A year, counted until a day: a window that ends on `until` or later is still open."""

    year: int
    until: date

    @classmethod
    def of(cls, year: int, on: date) -> "Span":
        """The span of a year as it stands on a day."""
        return cls(year, min(on, date(year + 1, 12, 31)))

    @property
    def standing(self) -> date:
        """The day on which the state of a unit is looked at."""
        return min(self.until, date(self.year, 12, 31))


@dataclass(frozen=True, slots=True)
class CountedLine:
    id: int
    params: dict[str, Any] = field(default_factory=dict)


def pairs(lines: list[tuple[int, str]], word: str) -> Subquery:
    """(line_id, word) as rows: the kinds or posts that each line counts."""
    return select(
        func.unnest(cast(literal([line for line, _ in lines], ARRAY(BigInteger)), ARRAY(BigInteger))).label(
            "line_id"
        ),
        func.unnest(cast(literal([value for _, value in lines], ARRAY(Text)), ARRAY(Text))).label(word),
    ).subquery(f"{word}_of_line")
