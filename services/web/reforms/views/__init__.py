"""Pages of reorganisations."""

from services.web.reforms.views import drafts, steps
from services.web.reforms.views.routes import blueprint, undrafted

__all__ = ["blueprint", "drafts", "steps", "undrafted"]
