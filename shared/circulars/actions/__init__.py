"""Circulars are drafted, sent, read, answered, passed on, withdrawn."""

from shared.circulars.actions.answering import mark_read, reply
from shared.circulars.actions.drafting import Words, change_circular, delete_draft, make_circular
from shared.circulars.actions.following import change_day, pass_on, remind, withdraw
from shared.circulars.actions.sending import count_recipients, sample_recipients, send

__all__ = [
    "Words",
    "change_circular",
    "change_day",
    "count_recipients",
    "delete_draft",
    "make_circular",
    "mark_read",
    "pass_on",
    "remind",
    "reply",
    "sample_recipients",
    "send",
    "withdraw",
]
