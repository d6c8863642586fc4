"""What every entry of study hours must satisfy."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.clock import today
from shared.errors import Invalid
from shared.events.kinds import MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.study import FORMS, MOST_A_DAY
from shared.i18n import _

#: Entries decided, or people named, by one press.
MOST = 500
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Signed:
    """How many people have the hours now, how many were left out because their day was full; own ones that wait."""

    people: int
    full: int
    own: int = 0


def _hours(given: Decimal | None, wrong: dict[str, object]) -> Decimal:
    if given is None:
        wrong["hours"] = _("Fill this in.")
    elif given <= 0 or given > MOST_A_DAY:
        wrong["hours"] = _("Between 0.1 and 24 hours.")
    elif given != given.quantize(_TENTH):
        wrong["hours"] = _("At most one decimal.")
    else:
        return given.quantize(_TENTH)
    return Decimal(0)


def check(form: str, hours: Decimal | None, subject: str, on: date | None, *, closes: bool = True) -> Decimal:
    """The hours to a tenth; Invalid names each wrong field. `closes`: a year long over takes no more entries."""
    wrong: dict[str, object] = {}
    clean = _hours(hours, wrong)
    if form not in FORMS:
        wrong["form"] = _("Choose the form of study.")
    if not subject.strip():
        wrong["subject"] = _("Say what was studied.")
    elif len(subject) > MAX_TEXT:
        wrong["subject"] = _("At most %(n)s characters.", n=MAX_TEXT)
    if on is None:
        wrong["on_date"] = _("Fill this in.")
    elif on > today():
        wrong["on_date"] = _("This day is still to come; enter hours when they were studied.")
    elif closes and on.year < today().year - 1:
        wrong["on_date"] = _("Hours count in their calendar year; this one is closed.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(subject)
    return clean
