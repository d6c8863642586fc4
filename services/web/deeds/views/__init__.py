"""Pages of deeds."""

from services.web.deeds.views import acting, counting, entering, lists
from services.web.deeds.views.routes import blueprint

__all__ = ["acting", "blueprint", "counting", "entering", "lists"]
