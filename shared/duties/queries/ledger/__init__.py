"""One unit's year as page and paper show it: every due item with what fulfils it, and what was held besides."""

from shared.duties.queries.ledger.events import LedgerEvent, answers, in_words, ledger_events
from shared.duties.queries.ledger.year import LedgerRow, UnitLedger, unit_ledger

__all__ = [
    "LedgerEvent",
    "LedgerRow",
    "UnitLedger",
    "answers",
    "in_words",
    "ledger_events",
    "unit_ledger",
]
