"""Reads of papers: what goes into one, and which were made."""

from shared.documents.queries.ledger import ledger_with_score
from shared.documents.queries.papers import (
    Paper,
    PaperFilter,
    PrintJob,
    failed_papers,
    papers,
    papers_in,
    print_jobs,
    printable_units,
)

__all__ = [
    "Paper",
    "PaperFilter",
    "PrintJob",
    "failed_papers",
    "ledger_with_score",
    "papers",
    "papers_in",
    "print_jobs",
    "printable_units",
]
