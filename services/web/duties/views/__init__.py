"""Pages of the plan and of the rules it rests on."""

from services.web.duties.views import rules
from services.web.duties.views.plan import blueprint, filter_asked

__all__ = ["blueprint", "filter_asked", "rules"]
