"""Filing, correcting and voiding what was held, and what is attached to it."""

from shared.events.actions.attaching import attach, remove_attachment
from shared.events.actions.filing import Held, amend_event, check_day, file_event, proposal, void_event

__all__ = [
    "Held",
    "amend_event",
    "attach",
    "check_day",
    "file_event",
    "proposal",
    "remove_attachment",
    "void_event",
]
