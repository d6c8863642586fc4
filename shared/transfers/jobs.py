"""Work declared by transfers."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: Sets the three-part letter of one transfer to outside as PDF.
LETTER = JobKind("transfers.letter", lazy_("Print a letter of introduction"))
