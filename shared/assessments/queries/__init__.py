"""Reads of assessments: which sheet measures a unit, the board of units, one unit's sheet explained."""

from shared.assessments.queries.board import BoardFilter, BoardRow, board, places, sheet_years, stale
from shared.assessments.queries.sheet import round_sheet, unit_sheet
from shared.assessments.queries.view import Evidence, HeadingView, LineView, Said, Sheet

__all__ = [
    "BoardFilter",
    "BoardRow",
    "Evidence",
    "HeadingView",
    "LineView",
    "Said",
    "Sheet",
    "board",
    "places",
    "round_sheet",
    "sheet_years",
    "stale",
    "unit_sheet",
]
