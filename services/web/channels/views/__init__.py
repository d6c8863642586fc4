"""Pages of channels."""

from services.web.channels.views import ending, names, setup
from services.web.channels.views.routes import blueprint

__all__ = ["blueprint", "ending", "names", "setup"]
