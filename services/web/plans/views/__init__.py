"""Pages of plans."""

from services.web.plans.views import assigning, pages, year
from services.web.plans.views.routes import blueprint

__all__ = ["assigning", "blueprint", "pages", "year"]
