"""Pages of events."""

from services.web.events.views import files, record, reviews
from services.web.events.views.routes import blueprint

__all__ = ["blueprint", "files", "record", "reviews"]
