"""Metrics: how a line of a sheet counts what was asked of each unit and what was done, in SQL, for all units at once.

A metric gets its lines, the units to count and the span, and gives one Select with the columns of COLUMNS. A unit
without a row was asked nothing: the line leaves its denominator. To add one: a function here in a file of its subject,
one entry in METRICS, and lines that name it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Select

from shared.assessments.metrics.duties import held, held_whole
from shared.assessments.metrics.organisations import posts_filled, term_in_force
from shared.assessments.metrics.span import COLUMNS, CountedLine, Span
from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Metric:
    """`count` is the SQL. What is not counted from due items says in words what was lost and what is not known."""

    count: Callable[[Sequence[CountedLine], CTE, Span], Select[Any]]
    #: The rows behind the number are due items.
    from_duties: bool = True
    lost: lazy_ | None = None
    regain: lazy_ | None = None
    unknown: lazy_ | None = None


METRICS: dict[str, Metric] = {
    "duties.held": Metric(held),
    "duties.held_whole": Metric(held_whole),
    "posts.filled": Metric(
        posts_filled,
        from_duties=False,
        lost=lazy_("The office is vacant"),
        regain=lazy_("Fill the office"),
        unknown=lazy_("The unit has only just begun"),
    ),
    "terms.in_force": Metric(
        term_in_force,
        from_duties=False,
        lost=lazy_("The term has run out"),
        regain=lazy_("Hold the election"),
        unknown=lazy_("The end of the term is not on file"),
    ),
}

__all__ = ["COLUMNS", "METRICS", "CountedLine", "Metric", "Span"]
