"""Long work of documents."""

from shared.i18n import lazy_
from shared.jobs import JobKind

PRINT = JobKind("documents.print", lazy_("Print papers"), stoppable=True)
