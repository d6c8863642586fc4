"""Long work of reminders."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: A press over so many items that it is not done while the page waits.
PRESS_MANY = JobKind("reminders.press", lazy_("Remind"))
