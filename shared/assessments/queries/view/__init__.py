"""A unit's sheet as page and paper show it: every number with the rows behind it. Pure arithmetic, no query."""

from shared.assessments.queries.view.evidence import Evidence
from shared.assessments.queries.view.line import LineView, Said
from shared.assessments.queries.view.marks import NOTHING, points_by, points_of
from shared.assessments.queries.view.pricing import by_day, priced
from shared.assessments.queries.view.sheet import HeadingView, Sheet

__all__ = [
    "NOTHING",
    "Evidence",
    "HeadingView",
    "LineView",
    "Said",
    "Sheet",
    "by_day",
    "points_by",
    "points_of",
    "priced",
]
