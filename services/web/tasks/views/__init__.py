"""Pages of tasks."""

from services.web.tasks.views import helping, own, pages, passing, reading, responsibilities, today, wall
from services.web.tasks.views.routes import blueprint

__all__ = [
    "blueprint",
    "helping",
    "own",
    "pages",
    "passing",
    "reading",
    "responsibilities",
    "today",
    "wall",
]
