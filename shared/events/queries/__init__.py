"""Reads of events: records and their rolls; meetings to come."""

from shared.events.queries.records import (
    Attached,
    Attendee,
    Corrected,
    RollPerson,
    absent_of,
    attendance_of,
    corrections_of,
    event_by_form,
    files_of,
    last_event,
    names_of,
    on_roll,
    people_on,
)

__all__ = [
    "Attached",
    "Attendee",
    "Corrected",
    "RollPerson",
    "absent_of",
    "attendance_of",
    "corrections_of",
    "event_by_form",
    "files_of",
    "last_event",
    "names_of",
    "on_roll",
    "people_on",
]
