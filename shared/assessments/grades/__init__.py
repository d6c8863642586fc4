"""How a rate becomes a grade: ladders of grades as data, and the one rule that sets units on them.

A ladder (grading) is part of a scheme's version, so a round keeps the one it began with. Units stand on it, never
persons: a person's grade is voted or decided, not computed.
"""

from shared.assessments.grades.ladders import (
    LEVELS,
    Grading,
    Step,
    grading_of,
    shipped_grading,
    shipped_gradings,
    to_json,
)
from shared.assessments.grades.standing import Given, Places, Standing, grade_units, places, why_words

__all__ = [
    "LEVELS",
    "Given",
    "Grading",
    "Places",
    "Standing",
    "Step",
    "grade_units",
    "grading_of",
    "places",
    "shipped_grading",
    "shipped_gradings",
    "to_json",
    "why_words",
]
