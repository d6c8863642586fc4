"""Dues sheet of a unit and month: who is asked what, what is paid, what is in arrears."""

from datetime import date
from decimal import Decimal
from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Column, Section, Table, sheet
from shared.dues.classes import class_name
from shared.dues.money import first_of, show_percent
from shared.dues.queries.rates import rounding
from shared.dues.queries.sheet import Sheet, sheet_of
from shared.i18n import _, lazy_


def month_of(subject: Subject) -> date:
    """The month asked for; the present one where none is named."""
    if subject.year is None or subject.month is None:
        return first_of(today())
    return date(subject.year, subject.month, 1)


def _table(found: Sheet) -> Table:
    return Table(
        (
            Column(_("No."), "n", 7),
            Column(_("Name"), width=14),
            Column(_("Class of payer"), width=18),
            Column(_("Base"), "n", 13),
            Column(_("Dues rate"), "n", 9),
            Column(_("Payable"), "n", 12),
            Column(_("Correction"), "n", 12),
            Column(_("Paid"), "n", 12),
            Column(_("Still owed"), "n", 12),
            Column(_("Arrears"), "n", 12),
        ),
        tuple(
            (
                number,
                line.name,
                class_name(line.payer_class),
                line.base,
                f"{show_percent(line.rate)}%" if line.rate is not None else "",
                line.payable,
                line.correction or None,
                line.paid,
                line.open,
                line.arrears or None,
            )
            for number, line in enumerate(found.lines, start=1)
        ),
        total=(
            "",
            _("Together"),
            "",
            "",
            "",
            *(found.total(name) for name in ("payable", "correction", "paid", "open", "arrears")),
        ),
        head=1,
    )


def _read(subject: Subject) -> dict[str, Any]:
    month = month_of(subject)
    found = sheet_of(subject.unit, month, rounding())
    states = {None: _("not drawn up"), "open": _("being collected"), "closed": _("closed")}
    union = subject.unit.line == "union"
    said = _("Month %(month)s of %(year)s", year=month.year, month=month.month)
    asked: Decimal = found.total("payable") + found.total("correction")
    return sheet(
        _("Union fees collected, %(month)s", month=said)
        if union
        else _("Party dues collected, %(month)s", month=said),
        subject.unit.name,
        facts=[
            (_("State"), states[found.sheet.state if found.sheet else None]),
            (_("People"), len(found.lines)),
            (_("Asked, in yuan"), asked if found.sheet else None),
            (_("Without a base"), _(", ").join(name for _key, name in found.without)),
        ],
        sections=[Section(table=_table(found), empty=_("Nobody stands on this sheet"))],
        signed=(_("Collected by"), _("Day")),
    )


REPORT = Report(
    key="dues_month",
    name=lazy_("Dues sheet of a month"),
    about=lazy_("Who is asked what, what is paid, what is in arrears"),
    of="unit",
    span="month",
    may=Permission.DUES_VIEW,
    read=_read,
    template="tables",
    excel="dues.sheet",
    pages="landscape",
    page=("dues.sheet", "unit_id"),
)
