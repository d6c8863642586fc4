"""What came to a person, what units in reach sent, and how far each has come."""

from shared.circulars.queries.coming import AtHand, InboxRow, at_hand, inbox, own_receipts
from shared.circulars.queries.going import (
    VIEWS,
    Counts,
    ReceiptFilter,
    ReceiptRow,
    SentRow,
    counts_of,
    files_of,
    receipts,
    sent,
)

__all__ = [
    "VIEWS",
    "AtHand",
    "Counts",
    "InboxRow",
    "ReceiptFilter",
    "ReceiptRow",
    "SentRow",
    "at_hand",
    "counts_of",
    "files_of",
    "inbox",
    "own_receipts",
    "receipts",
    "sent",
]
