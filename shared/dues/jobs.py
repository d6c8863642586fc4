"""Long work of dues."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: Draws up the sheets of a month for many units.
DRAW = JobKind("dues.draw", lazy_("Draw up a month of dues"))
