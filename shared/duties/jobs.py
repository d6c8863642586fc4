"""Long work on duties."""

from shared.i18n import lazy_
from shared.jobs import JobKind

PLAN = JobKind("duties.plan", lazy_("Plan the year's duties"))

KINDS = (PLAN,)
