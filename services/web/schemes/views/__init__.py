"""Pages of schemes."""

from services.web.schemes.views import editing, issuing, pages
from services.web.schemes.views.routes import blueprint

__all__ = ["blueprint", "editing", "issuing", "pages"]
