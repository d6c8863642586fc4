"""Pages of returns."""

from services.web.returns.views import filling, lists, making, results, sending, showing, workbook
from services.web.returns.views.routes import blueprint

__all__ = ["blueprint", "filling", "lists", "making", "results", "sending", "showing", "workbook"]
