"""Pages of ballots."""

from services.web.ballots.views import classes, counting, drafting, grading, holding, listing, steps, voting
from services.web.ballots.views.routes import blueprint

__all__ = ["blueprint", "classes", "counting", "drafting", "grading", "holding", "listing", "steps", "voting"]
