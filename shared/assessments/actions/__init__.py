"""What is done in assessment: sheets taken over, scores counted."""

from shared.assessments.actions.adopting import adopt_sheets
from shared.assessments.actions.counting import (
    request_scoring,
    score_all,
    score_changed,
    score_units,
    years_in_count,
)

__all__ = [
    "adopt_sheets",
    "request_scoring",
    "score_all",
    "score_changed",
    "score_units",
    "years_in_count",
]
