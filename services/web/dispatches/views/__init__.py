"""Pages of official documents."""

from services.web.dispatches.views import handing, issuing, lists, numbers, one, verifying, writing
from services.web.dispatches.views.routes import blueprint

__all__ = ["blueprint", "handing", "issuing", "lists", "numbers", "one", "verifying", "writing"]
