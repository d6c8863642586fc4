"""Pages of circulars."""

from services.web.circulars.views import coming, following, sending, writing
from services.web.circulars.views.routes import blueprint

__all__ = ["blueprint", "coming", "following", "sending", "writing"]
