"""The proof: of each occasion who was sent what, when and by which way, and who was not and why."""

from shared.reminders.queries.proof.folded import FoldedDay, folded_days, folds
from shared.reminders.queries.proof.messages import ProofLine, message_count, message_counts, messages, near
from shared.reminders.queries.proof.occasions import OccasionLine, occasions, seen
from shared.reminders.queries.proof.reach import DAYS, OUTCOMES, PAGE, ProofFilter

__all__ = [
    "DAYS",
    "OUTCOMES",
    "PAGE",
    "FoldedDay",
    "OccasionLine",
    "ProofFilter",
    "ProofLine",
    "folded_days",
    "folds",
    "message_count",
    "message_counts",
    "messages",
    "near",
    "occasions",
    "seen",
]
