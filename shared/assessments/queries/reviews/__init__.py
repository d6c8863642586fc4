"""What is reviewed in a round: by whom, what waits for one reviewer, what waits at all."""

from shared.assessments.queries.reviews.marking import (
    PAGE,
    Shown,
    ToMark,
    Waiting,
    at_hand,
    may_mark,
    proofs,
    to_mark,
    waiting_count,
)
from shared.assessments.queries.reviews.people import (
    Appointed,
    Candidate,
    appointed,
    belongs_to,
    candidates,
    is_own,
    is_reviewed,
    own_paths,
    review_lines,
    without_reviewer,
)
from shared.assessments.queries.reviews.waiting import (
    Open,
    marked_by,
    returned_units,
    waiting_lines,
    waiting_total,
)

__all__ = [
    "PAGE",
    "Appointed",
    "Candidate",
    "Open",
    "Shown",
    "ToMark",
    "Waiting",
    "appointed",
    "at_hand",
    "belongs_to",
    "candidates",
    "is_own",
    "is_reviewed",
    "marked_by",
    "may_mark",
    "own_paths",
    "proofs",
    "returned_units",
    "review_lines",
    "to_mark",
    "waiting_count",
    "waiting_lines",
    "waiting_total",
    "without_reviewer",
]
