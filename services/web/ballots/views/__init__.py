"""Pages of ballots."""

from services.web.ballots.views import counting, drafting, grading, holding, listing, voting
from services.web.ballots.views.routes import blueprint

__all__ = ["blueprint", "counting", "drafting", "grading", "holding", "listing", "voting"]
