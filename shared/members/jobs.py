"""The long work of people."""

from shared.i18n import lazy_
from shared.jobs import JobKind

BULK = JobKind("members.bulk", lazy_("Change many people"))
