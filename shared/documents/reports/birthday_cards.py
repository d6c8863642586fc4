"""政治生日 cards of a unit and month: one A5 page a member."""

from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.db.types import PartialDate
from shared.documents.reports.report import Report, Subject
from shared.events.queries.life import BirthdayFilter, birthdays_page
from shared.i18n import _, lazy_

#: Cards of one paper.
MOST = 2_000


def _joined(joined: PartialDate) -> str:
    """Admission as exactly as it is known."""
    day = joined.day
    if day is not None:
        said = _("%(d)s/%(m)s/%(y)s", d=day.day, m=day.month, y=day.year)
        return _("Admitted to the Party on %(day)s", day=said)
    return _("Admitted to the Party in %(month)s", month=_("%(m)s/%(y)s", m=joined.month, y=joined.year))


def _read(subject: Subject) -> dict[str, Any]:
    on = today()
    year, month = subject.year or on.year, subject.month or on.month
    page = birthdays_page(subject.actor, BirthdayFilter(year, month, subject.unit.path), size=MOST)
    return {
        "heading": _("Political birthday"),
        "name": subject.unit.name,
        "cards": [
            {
                "name": row.name,
                "joined": _joined(row.joined) if row.joined is not None else "",
                "years": row.years(year),
                "unit": row.unit_name,
            }
            for row in page.rows
        ],
        "tenant": subject.actor.tenant_name,
        "when": _("Month %(month)s of %(year)s", year=year, month=month),
    }


REPORT = Report(
    key="birthday_cards",
    name=lazy_("Political birthday cards"),
    about=lazy_("A card of A5 for each member whose day of admission lies in the month"),
    of="unit",
    span="month",
    may=Permission.MEMBER_VIEW,
    read=_read,
    pages="a5-landscape",
    excel="life.birthdays",
    page=("life.birthdays", "unit_id"),
)
