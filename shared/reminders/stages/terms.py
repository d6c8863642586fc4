"""The steps of a term: the months before its end that the rule names, its end, and each month after."""

from collections.abc import Iterable
from datetime import date

from shared.duties.periods import months_after, whole_months

#: The steps at which those responsible above are told too.
ABOVE = ("term_over",)


def latest_step(
    kind: str, *, opens_on: date, due_on: date, on: date, notice: Iterable[int]
) -> tuple[str, date] | None:
    """The latest step that an election or a missing date has reached, and on which day; None before the first.

    `notice`: months before the end. Source: domain facts §1, elections: six months before; the rest by the rule's data.
    """
    if kind == "term_date":
        months = whole_months(opens_on, on)
        return (f"term_missing:{months}", months_after(opens_on, months)) if months >= 0 else None
    if on >= due_on:
        months = whole_months(due_on, on)
        return (f"term_over:{months}", months_after(due_on, months)) if months else ("term_due", due_on)
    for months in sorted(notice):
        day = months_after(due_on, -months)
        if day <= on:
            return f"term_coming:{months}", day
    return None
