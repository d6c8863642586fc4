"""Pages of transfers: the lists, sending, one transfer, publication."""

from services.web.transfers.views import one, receivers, sending
from services.web.transfers.views.lists import blueprint

__all__ = ["blueprint", "one", "receivers", "sending"]
