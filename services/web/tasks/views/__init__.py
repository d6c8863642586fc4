"""Pages of tasks."""

from services.web.tasks.views import pages, passing, today, wall
from services.web.tasks.views.routes import blueprint

__all__ = ["blueprint", "pages", "passing", "today", "wall"]
