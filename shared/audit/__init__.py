"""The audit trail: who did what to which object, when, from which session. Append-only, no personal data."""

from shared.audit.trail import AuditEntry as AuditEntry
from shared.audit.trail import TrailFilter as TrailFilter
from shared.audit.trail import actors_seen as actors_seen
from shared.audit.trail import record as record
from shared.audit.trail import trail as trail
from shared.audit.words import DETAILS as DETAILS
from shared.audit.words import OBJECTS as OBJECTS
from shared.audit.words import VERBS as VERBS
from shared.audit.words import object_text as object_text
from shared.audit.words import verb_text as verb_text
