"""Periods: '2026-11', '2026-Q4', '2026-H2', '2026'; of a term its end, '2026-12-01', or 'term' if unknown."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from shared.i18n import _

#: Months of a period by cadence.
CADENCES = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
#: The cadence of what follows a unit's term and no calendar.
TERM = "term"


@dataclass(frozen=True, slots=True)
class Period:
    cadence: str
    label: str
    first: date
    last: date


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def months_after(day: date, months: int) -> date:
    """The same day some months later (or earlier); in a shorter month its last day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(since: date, on: date) -> int:
    """How many whole months have passed from one day to another."""
    months = (on.year - since.year) * 12 + on.month - since.month
    return months if months_after(since, months) <= on else months - 1


def periods(year: int) -> list[Period]:
    """Every period of every cadence of one year: 12 + 4 + 2 + 1."""
    found = []
    for cadence, months in CADENCES.items():
        for index in range(12 // months):
            first = 1 + index * months
            last = first + months - 1
            label = {
                "month": f"{year}-{first:02d}",
                "quarter": f"{year}-Q{index + 1}",
                "half_year": f"{year}-H{index + 1}",
                "year": f"{year}",
            }[cadence]
            found.append(Period(cadence, label, date(year, first, 1), month_end(year, last)))
    return found


#: Stands for the period of what is asked because the end of a term is not known.
NO_DATE = "term"


def _of_a_term(period: str) -> bool:
    return len(period) == 10 or not period[:4].isdigit()


def cadence_of(period: str) -> str:
    if _of_a_term(period):
        return TERM
    tail = period[5:]
    return "year" if not tail else {"Q": "quarter", "H": "half_year"}.get(tail[0], "month")


def period_label(period: str, *, with_year: bool = False) -> str:
    """The period as a person says it: 11 月, 第四季度, 下半年, 2026 年; the end of a term by its day, '' for none."""
    if _of_a_term(period):
        return _("term to %(day)s: ", day=period) if len(period) == 10 else ""
    year, tail = period[:4], period[5:]
    if not tail:
        return _("Year %(year)s", year=year)
    if tail[0] == "Q":
        word = {
            "1": _("first quarter"),
            "2": _("second quarter"),
            "3": _("third quarter"),
            "4": _("fourth quarter"),
        }[tail[1]]
    elif tail[0] == "H":
        word = _("first half-year") if tail[1] == "1" else _("second half-year")
    else:
        word = _("month %(month)s", month=int(tail))
    return _("%(period)s of %(year)s", period=word, year=year) if with_year else word


def quarter_sign(period: str) -> str:
    """The head of a column: 1 … 12, 一 … 四, 上 下, the year, or the day of a term's end."""
    if _of_a_term(period):
        return period[5:] if len(period) == 10 else "–"
    tail = period[5:]
    if not tail:
        return _("all year")
    if tail[0] == "Q":
        return {"1": _("I"), "2": _("II"), "3": _("III"), "4": _("IV")}[tail[1]]
    if tail[0] == "H":
        return _("H1") if tail[1] == "1" else _("H2")
    return str(int(tail))
