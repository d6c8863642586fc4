"""The papers the product makes. A new one is an entry here and a template of the same key in services/worker/pdf."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.documents.queries.ledger import ledger_with_score
from shared.i18n import lazy_
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Report:
    """`read` gives the template's values for one unit and year; a constant number of queries."""

    name: lazy_
    read: Callable[[Unit, int], dict[str, Any]]


REPORTS: dict[str, Report] = {
    "ledger": Report(lazy_("Yearly ledger with score sheet"), ledger_with_score),
}
