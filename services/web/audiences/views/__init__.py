"""Pages of audiences."""

from services.web.audiences.views import pages
from services.web.audiences.views.routes import blueprint

__all__ = ["blueprint", "pages"]
