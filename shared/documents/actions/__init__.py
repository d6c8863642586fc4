"""Verbs of documents: asking for papers, dividing the work, keeping what was made."""

from shared.documents.actions.asking import (
    MOST,
    Span,
    entry,
    print_again,
    print_many,
    print_paper,
    print_unit,
    print_units,
)
from shared.documents.actions.keeping import (
    bundle_name,
    finished_subjects,
    keep_paper,
    paper_name,
    stored_file,
)
from shared.documents.actions.parts import Part, divide, help_wanted, parts_state, reopen_failed, take_part

__all__ = [
    "MOST",
    "Part",
    "Span",
    "bundle_name",
    "divide",
    "entry",
    "finished_subjects",
    "help_wanted",
    "keep_paper",
    "paper_name",
    "parts_state",
    "print_again",
    "print_many",
    "print_paper",
    "print_unit",
    "print_units",
    "reopen_failed",
    "stored_file",
    "take_part",
]
