"""Pages of certificates."""

from services.web.certificates.views import issuing, lists, one, seals, templates
from services.web.certificates.views.routes import blueprint

__all__ = ["blueprint", "issuing", "lists", "one", "seals", "templates"]
