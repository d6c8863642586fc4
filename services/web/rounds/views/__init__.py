"""Pages of rounds."""

from services.web.rounds.views import (
    appealing,
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
