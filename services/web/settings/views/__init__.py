"""Pages of settings."""

from services.web.settings.views import days, ladders, pages, texts
from services.web.settings.views.routes import blueprint

__all__ = ["blueprint", "days", "ladders", "pages", "texts"]
