"""Long work of circulars."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: A circular to so many that its receipts are not written while the page waits.
SEND_MANY = JobKind("circulars.send", lazy_("Send a circular"))
