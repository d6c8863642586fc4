"""Jobs of ballots."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: Removes what stood before ballots were written in random order.
TIDY = JobKind("ballots.tidy", lazy_("Tidy up after a secret vote"))
