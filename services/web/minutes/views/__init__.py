"""Pages of minutes that are not filed yet: drafts, signatures, and what was resolved."""

from services.web.minutes.views import drafts, resolutions, signing, voting
from services.web.minutes.views.routes import blueprint

__all__ = ["blueprint", "drafts", "resolutions", "signing", "voting"]
