"""The statements of an execution: each writes one kind of row for the whole reform, however many units it touches."""

from shared.reforms.actions.writing.duties import write_duties
from shared.reforms.actions.writing.people import end_offices, write_people
from shared.reforms.actions.writing.units import lock_units, marks, note_made, write_notes, write_units

__all__ = [
    "end_offices",
    "lock_units",
    "marks",
    "note_made",
    "write_duties",
    "write_notes",
    "write_people",
    "write_units",
]
