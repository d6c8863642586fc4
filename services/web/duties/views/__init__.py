"""Pages of the plan, of the rules it rests on, and of exempt periods."""

from services.web.duties.views import changing, counting, exemptions, rules
from services.web.duties.views.exemptions import filter_asked as exemptions_asked
from services.web.duties.views.plan import blueprint, filter_asked

__all__ = ["blueprint", "changing", "counting", "exemptions", "exemptions_asked", "filter_asked", "rules"]
