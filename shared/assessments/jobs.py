"""Long work of assessments."""

from shared.i18n import lazy_
from shared.jobs import JobKind

SCORE = JobKind("assessments.score", lazy_("Count the scores"))
PRINT_RESULT = JobKind("assessments.print_result", lazy_("Print the result of a round"))
