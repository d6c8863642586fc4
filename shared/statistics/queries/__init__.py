"""Reads of the statistics: the tables of a scope, and the rows behind each number."""

from shared.statistics.queries.rows import (
    Behind,
    PersonRow,
    PlaceRow,
    counts_people,
    people_page,
    places_page,
)
from shared.statistics.queries.scope import Scope
from shared.statistics.queries.tables import Line, Statistics, Table, statistics

__all__ = [
    "Behind",
    "Line",
    "PersonRow",
    "PlaceRow",
    "Scope",
    "Statistics",
    "Table",
    "counts_people",
    "people_page",
    "places_page",
    "statistics",
]
