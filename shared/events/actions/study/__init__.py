"""Hours of study: from a record for all present, from a list of names, or as somebody's own; signed by the organiser.

Hours are shown to the person and summed for the unit. Nothing here orders people by them (ADR 0020).
"""

from shared.events.actions.study.checks import Signed
from shared.events.actions.study.entries import decide, enter_for, enter_own, unit_on, withdraw_own
from shared.events.actions.study.records import follow_record, sign_event_hours, take_event_hours_back

__all__ = [
    "Signed",
    "decide",
    "enter_for",
    "enter_own",
    "follow_record",
    "sign_event_hours",
    "take_event_hours_back",
    "unit_on",
    "withdraw_own",
]
