"""Pages of the watch-list."""

from services.web.watchlist.views import entry, lists, plan
from services.web.watchlist.views.routes import blueprint

__all__ = ["blueprint", "entry", "lists", "plan"]
