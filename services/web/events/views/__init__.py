"""Pages of events."""

from services.web.events.views import correct, files, joint, record, reviews, show
from services.web.events.views.routes import blueprint

__all__ = ["blueprint", "correct", "files", "joint", "record", "reviews", "show"]
