"""Pages of dues: months of units, bases and people, reliefs, the book, hand-overs, the employer, rates."""

from services.web.dues.views import bases, book, employer, over, people, rates, reliefs, sheet
from services.web.dues.views.routes import blueprint

__all__ = ["bases", "blueprint", "book", "employer", "over", "people", "rates", "reliefs", "sheet"]
