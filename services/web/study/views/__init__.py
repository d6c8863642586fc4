"""Pages of study: make-up study, hours, and their signing."""

from services.web.study.views import lists, own, records, units
from services.web.study.views.routes import blueprint

__all__ = ["blueprint", "lists", "own", "records", "units"]
