"""Pages of terms, elections and hand-overs."""

from services.web.terms.views import dates, elections, handover, listing
from services.web.terms.views.listing import blueprint

__all__ = ["blueprint", "dates", "elections", "handover", "listing"]
