"""Pages of rounds."""

from services.web.rounds.views import (
    appealing,
    appraisals,
    appraising,
    deciding,
    entering,
    following,
    honours,
    pages,
    printed,
    rating,
    results,
    reviewing,
)
from services.web.rounds.views.routes import blueprint

__all__ = [
    "appealing",
    "appraisals",
    "appraising",
    "blueprint",
    "deciding",
    "entering",
    "following",
    "honours",
    "pages",
    "printed",
    "rating",
    "results",
    "reviewing",
]
