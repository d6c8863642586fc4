"""Tables of assessment. Nothing here is about a person: units are measured."""

from shared.assessments.models.appraisals import Appraisal
from shared.assessments.models.rounds import (
    Appeal,
    Entry,
    Honour,
    Mark,
    Proof,
    Reviewer,
    Round,
)
from shared.assessments.models.schemes import Line, Scheme
from shared.assessments.models.scores import Score

__all__ = [
    "Appeal",
    "Appraisal",
    "Entry",
    "Honour",
    "Line",
    "Mark",
    "Proof",
    "Reviewer",
    "Round",
    "Scheme",
    "Score",
]
