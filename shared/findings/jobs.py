"""Long work of findings."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: Sets the progress report of one inspection's rectification as PDF.
REPORT = JobKind("findings.report", lazy_("Print the report of a rectification"))
