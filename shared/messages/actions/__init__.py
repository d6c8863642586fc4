"""Deliveries: made once a recipient, taken by lease, sent by the worker outside any transaction, outcome noted.

planning: who gets what, and who does not and why, as rows · sending: claims · noting: outcomes · reading: what people
do · wording: a tenant's own words.
"""

from shared.messages.actions.noting import (
    Outcome,
    drop_backlog,
    give_back,
    give_up_interrupted,
    note_outcome,
    note_outcomes,
)
from shared.messages.actions.planning import FannedOut, fan_out, open_occasion
from shared.messages.actions.reading import read_all, read_notice
from shared.messages.actions.sending import (
    MAX_ATTEMPTS,
    OUTCOMES,
    SEND,
    Parcel,
    claim_batch,
    waiting_channels,
)
from shared.messages.actions.wording import checked, drop_wording, put_wording

__all__ = [
    "MAX_ATTEMPTS",
    "OUTCOMES",
    "SEND",
    "FannedOut",
    "Outcome",
    "Parcel",
    "checked",
    "claim_batch",
    "drop_backlog",
    "drop_wording",
    "fan_out",
    "give_back",
    "give_up_interrupted",
    "note_outcome",
    "note_outcomes",
    "open_occasion",
    "put_wording",
    "read_all",
    "read_notice",
    "waiting_channels",
]
