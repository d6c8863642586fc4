"""Pages of inspections and findings."""

from services.web.findings.views import acting, inspections, lists, measures, reporting, today
from services.web.findings.views.routes import blueprint

__all__ = ["acting", "blueprint", "inspections", "lists", "measures", "reporting", "today"]
