"""Reads of study: who has still to make up for what, hours of people and units, the roll as it stood."""

from shared.events.queries.study.entries import (
    Entry,
    EntryFilter,
    EventHours,
    entries_page,
    event_hours,
    waiting_count,
)
from shared.events.queries.study.hours import (
    Learner,
    OwnYear,
    UnitHours,
    UnitsFilter,
    learners_page,
    own_entries,
    own_year,
    unit_hours,
    units_page,
)
from shared.events.queries.study.makeup import (
    Absence,
    MakeUpFilter,
    OwnAbsence,
    ToMakeUp,
    absences_of_event,
    make_up_count,
    own_absences,
    to_make_up,
)
from shared.events.queries.study.roll import RollDifference, roll_difference

__all__ = [
    "Absence",
    "Entry",
    "EntryFilter",
    "EventHours",
    "Learner",
    "MakeUpFilter",
    "OwnAbsence",
    "OwnYear",
    "RollDifference",
    "ToMakeUp",
    "UnitHours",
    "UnitsFilter",
    "absences_of_event",
    "entries_page",
    "event_hours",
    "learners_page",
    "make_up_count",
    "own_absences",
    "own_entries",
    "own_year",
    "roll_difference",
    "to_make_up",
    "unit_hours",
    "units_page",
    "waiting_count",
]
