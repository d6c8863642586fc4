"""Pages of plans."""

from services.web.plans.views import assigning, campaigns, comments, pages, versions, year
from services.web.plans.views.routes import blueprint

__all__ = ["assigning", "blueprint", "campaigns", "comments", "pages", "versions", "year"]
