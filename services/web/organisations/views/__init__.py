"""Pages of the tree and its units."""

from services.web.organisations.views import chart, edit, links, listing
from services.web.organisations.views.unit import blueprint

__all__ = ["blueprint", "chart", "edit", "links", "listing"]
