"""The long work of imports."""

from shared.i18n import lazy_
from shared.jobs import JobKind

READ = JobKind("imports.read", lazy_("Check a roster"))
COMMIT = JobKind("imports.commit", lazy_("Import a roster"))
UNDO = JobKind("imports.undo", lazy_("Undo an import"))
