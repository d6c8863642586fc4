"""The long work of reorganisations."""

from shared.i18n import lazy_
from shared.jobs import JobKind

EXECUTE = JobKind("reforms.execute", lazy_("Execute a reorganisation"))
UNDO = JobKind("reforms.undo", lazy_("Undo a reorganisation"))
