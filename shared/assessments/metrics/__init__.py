"""Metrics: how a line of a sheet counts what was asked of each unit and what was done, in SQL, for all units at once.

A metric gets its lines, the units to count and the span, and gives one Select with the columns of COLUMNS. A unit
without a row was asked nothing: the line leaves its denominator. To add one: a function here in a file of its subject,
one entry in METRICS, and lines that name it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import CTE, Select

from shared.assessments.metrics.dues import months_closed, months_open
from shared.assessments.metrics.duties import held, held_whole
from shared.assessments.metrics.leaders import attended, missed
from shared.assessments.metrics.members import share_joined
from shared.assessments.metrics.organisations import posts_filled, term_in_force
from shared.assessments.metrics.span import COLUMNS, CountedLine, Lack, Span
from shared.assessments.metrics.study import coverage
from shared.assessments.metrics.work import findings_closed, findings_open, tasks_done, tasks_open
from shared.i18n import lazy_


class Param(NamedTuple):
    """One parameter of a metric, as an editor asks for it. kind: kinds, posts, fields or number."""

    name: str
    kind: str
    label: lazy_


@dataclass(frozen=True, slots=True)
class Metric:
    """`count` is the SQL. What is not counted from due items says in words what was lost and what is not known."""

    count: Callable[[Sequence[CountedLine], CTE, Span], Select[Any]]
    name: lazy_
    params: tuple[Param, ...] = ()
    #: The rows behind the number are due items.
    from_duties: bool = True
    #: What is missing may still be done, and is then late (made_up_count).
    late: bool = True
    lost: lazy_ | None = None
    regain: lazy_ | None = None
    unknown: lazy_ | None = None
    #: The rows that are missing of one unit, the oldest first; none for what is counted from due items, nor where a
    #: row would be a person.
    lacks: Callable[[int, Span, dict[str, Any]], list[Lack]] | None = None


_KINDS = Param("kinds", "kinds", lazy_("Kinds of records"))

METRICS: dict[str, Metric] = {
    "duties.held": Metric(held, lazy_("Duties held"), (_KINDS,)),
    "duties.held_whole": Metric(
        held_whole,
        lazy_("Duties held, with every part on record"),
        (_KINDS, Param("fields", "fields", lazy_("Parts that must be on record"))),
    ),
    "posts.filled": Metric(
        posts_filled,
        lazy_("Offices filled"),
        (Param("posts", "posts", lazy_("Offices that must be held")),),
        from_duties=False,
        late=False,
        lost=lazy_("The office is vacant"),
        regain=lazy_("Fill the office"),
        unknown=lazy_("The unit has only just begun"),
    ),
    "terms.in_force": Metric(
        term_in_force,
        lazy_("Term in force"),
        from_duties=False,
        late=False,
        lost=lazy_("The term has run out"),
        regain=lazy_("Hold the election"),
        unknown=lazy_("The end of the term is not on file"),
    ),
    "study.coverage": Metric(
        coverage,
        lazy_("Share of members who have the study hours asked so far"),
        from_duties=False,
        late=False,
        lost=lazy_("Members who have not reached the hours"),
        regain=lazy_("Hold study sessions and sign the hours"),
        unknown=lazy_("No number of hours is asked of these members"),
    ),
    "dues.closed": Metric(
        months_closed,
        lazy_("Months of dues closed"),
        (Param("grace_days", "number", lazy_("Days after the end of the month")),),
        from_duties=False,
        late=False,
        lost=lazy_("Months of dues not closed"),
        regain=lazy_("Close the months"),
        unknown=lazy_("No month of dues is over yet"),
        lacks=months_open,
    ),
    "findings.closed": Metric(
        findings_closed,
        lazy_("Findings closed in time"),
        from_duties=False,
        lost=lazy_("Findings not closed"),
        regain=lazy_("Put them right and have them closed"),
        unknown=lazy_("No finding was due"),
        lacks=findings_open,
    ),
    "tasks.confirmed": Metric(
        tasks_done,
        lazy_("Tasks done in time"),
        from_duties=False,
        lost=lazy_("Tasks not done"),
        regain=lazy_("Do them and hand them in"),
        unknown=lazy_("No task was due"),
        lacks=tasks_open,
    ),
    "members.share": Metric(
        share_joined,
        lazy_("Share of employees who are members"),
        from_duties=False,
        late=False,
        lost=lazy_("Employees who are not members"),
        regain=lazy_("Win employees as members"),
        unknown=lazy_("The number of employees is not on file"),
    ),
    "leaders.attended": Metric(
        attended,
        lazy_("Twofold organisational life: meetings that leaders attended"),
        from_duties=False,
        late=False,
        lost=lazy_("Meetings that leaders missed"),
        regain=lazy_("Have what was missed made up"),
        unknown=lazy_("No leader was due at a meeting"),
        lacks=missed,
    ),
}

__all__ = ["COLUMNS", "METRICS", "CountedLine", "Lack", "Metric", "Param", "Span"]
