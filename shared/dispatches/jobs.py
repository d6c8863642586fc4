"""Work declared by official documents."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: Sets one official document: the signed paper, a preview of a draft with a watermark, or a file for a word processor.
SET = JobKind("dispatches.set", lazy_("Set an official document"))
