"""Yearly ledger of a unit with its score sheet."""

from typing import Any

from shared.access.permissions import Permission
from shared.clock import today
from shared.documents.queries.ledger import ledger_with_score
from shared.documents.reports.report import Report, Subject
from shared.i18n import lazy_


def _read(subject: Subject) -> dict[str, Any]:
    year = subject.year or today().year
    return {"unit": subject.unit, "year": year, **ledger_with_score(subject.unit, year)}


REPORT = Report(
    key="ledger",
    name=lazy_("Yearly ledger with score sheet"),
    about=lazy_("Every duty and record of the year, what is missing, and the sheet with its reasons"),
    of="unit",
    span="year",
    may=Permission.EVENT_VIEW,
    read=_read,
    page=("ledger.show", "unit_id"),
)
