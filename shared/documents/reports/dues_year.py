"""Dues of a unit's year: month by month what was asked and paid, and the book by purpose. Sums, no names."""

from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.documents.queries.dues_year import dues_year
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.dues.classes import category_name
from shared.dues.money import ZERO, show_month
from shared.dues.queries.book import BookYear, book_year
from shared.i18n import _, lazy_


def _book(year: int, book: BookYear) -> Table:
    return Table(
        (Column(_("For"), width=40), Column(_("Sum in yuan"), "n", 16)),
        (
            (_("Carried over from %(year)s", year=year - 1), book.opening),
            *((category_name(key), amount) for key, amount in book.income.items()),
            (_("Income of the year"), book.came_in),
            *((category_name(key), amount) for key, amount in book.spending.items()),
            (_("Spending of the year"), book.went_out),
        ),
        total=(_("Balance"), book.balance),
    )


def _read(subject: Subject) -> dict[str, Any]:
    year = subject.year or today().year
    months = dues_year(subject.unit.id, year)
    drawn = [one for one in months if one.state is not None]
    states = {None: _("not drawn up"), "open": _("being collected"), "closed": _("closed")}
    table = Table(
        (
            Column(_("Month"), "nw", 12),
            Column(_("State"), width=16),
            Column(_("People"), "n", 10),
            Column(_("Payable"), "n", 14),
            Column(_("Collected"), "n", 14),
            Column(_("Still owed"), "n", 14),
        ),
        tuple(
            (show_month(one.month), states[one.state], one.people, one.asked, one.paid, one.open)
            if one.state
            else (show_month(one.month), states[None], None, None, None, None)
            for one in months
        ),
        total=(
            _("Together"),
            "",
            "",
            sum((one.asked for one in drawn), ZERO),
            sum((one.paid for one in drawn), ZERO),
            sum((one.open for one in drawn), ZERO),
        ),
    )
    union = subject.unit.line == "union"
    return sheet(
        _("Union fees of the year %(year)s", year=year)
        if union
        else _("Party dues of the year %(year)s", year=year),
        subject.unit.name,
        sections=[
            Section(_("Income and spending"), table=_book(year, book_year(subject.unit, year))),
            Section(_("Month by month"), table=table),
        ],
        signed=(_("Kept by"), _("Day")),
        foot=_("Sums and counts only; what each person pays is not made public."),
    )


REPORT = Report(
    key="dues_year",
    name=lazy_("Dues of a year"),
    about=lazy_("The book by purpose, and month by month what was asked and paid"),
    of="unit",
    span="year",
    may=Permission.DUES_VIEW,
    read=_read,
    template="tables",
    excel="reports.dues_year",
    page=("dues.publication", "unit_id"),
)
