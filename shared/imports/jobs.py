"""The long work of imports."""

from shared.i18n import lazy_
from shared.jobs import JobKind

READ = JobKind("imports.read", lazy_("Check a roster"))
COMMIT = JobKind("imports.commit", lazy_("Import a roster"))
UNDO = JobKind("imports.undo", lazy_("Undo an import"))
READ_LEDGER = JobKind("imports.read_ledger", lazy_("Check an old ledger"))
COMMIT_LEDGER = JobKind("imports.commit_ledger", lazy_("Enter an old ledger"))
UNDO_LEDGER = JobKind("imports.undo_ledger", lazy_("Undo the entry of an old ledger"))
