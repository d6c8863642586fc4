"""Long work of exports."""

from shared.i18n import lazy_
from shared.jobs import JobKind

WRITE = JobKind("exports.write", lazy_("Export of a list to Excel"))
