"""The kinds of events, and of the duties they fulfil. A new kind is one entry here and one rule in a pack.

`fields` are the kind's own questions; everything else (day, place, chair, attendance) is common to all.
"""

from shared.events.kinds import both, party, union
from shared.events.kinds.both import ELECTORS, TERM_KINDS
from shared.events.kinds.fields import (
    AGENDA,
    DECISIONS,
    MAX_LONGTEXT,
    MAX_TEXT,
    Attendance,
    EventKind,
    Field,
    FieldType,
)
from shared.events.kinds.party import TOPICS
from shared.i18n import lazy_

KINDS: dict[str, EventKind] = {**party.KINDS, **union.KINDS, **both.KINDS}

#: Why somebody was absent, in the order of the form. Source: domain facts §2, common minutes fields.
REASONS: tuple[tuple[str, lazy_], ...] = (
    ("duty", lazy_("On duty elsewhere")),
    ("sick", lazy_("Sick leave")),
    ("personal", lazy_("Personal leave")),
    ("leave", lazy_("Holiday")),
    ("other", lazy_("Other reason")),
)
REASON_WORDS = dict(REASONS)

__all__ = [
    "AGENDA",
    "DECISIONS",
    "ELECTORS",
    "KINDS",
    "MAX_LONGTEXT",
    "MAX_TEXT",
    "REASONS",
    "REASON_WORDS",
    "TERM_KINDS",
    "TOPICS",
    "Attendance",
    "EventKind",
    "Field",
    "FieldType",
]
