"""States, acts and kinds of inspections in words."""

from shared.i18n import lazy_

#: State → colour and word.
STATES: dict[str, tuple[str, lazy_]] = {
    "not_started": ("idle", lazy_("Not begun")),
    "working": ("run", lazy_("Being put right")),
    "mostly_done": ("run", lazy_("Mostly done")),
    "applied": ("due", lazy_("Applied for closing")),
    "reviewed": ("due", lazy_("Checked once")),
    "returned": ("late", lazy_("Returned for rework")),
    "closed": ("ok", lazy_("Closed off")),
    "reopened": ("late", lazy_("Found again")),
    "void": ("idle", lazy_("Void")),
}
ACTS: dict[str, lazy_] = {
    "enter": lazy_("Finding entered"),
    "start": lazy_("Work has begun"),
    "progress": lazy_("Progress"),
    "mostly": lazy_("Mostly done"),
    "apply": lazy_("Applied for closing"),
    "approve": lazy_("First check passed"),
    "close": lazy_("Second check passed, closed off"),
    "return": lazy_("Returned for rework"),
    "change": lazy_("Changed"),
    "again": lazy_("Found again by a later inspection"),
    "holds": lazy_("Looked at again: it holds"),
    "failed": lazy_("Looked at again: it does not hold"),
    "void": lazy_("Declared void"),
}
KINDS: dict[str, lazy_] = {
    "supervision": lazy_("Supervision"),
    "inspection": lazy_("Inspection tour"),
    "patrol": lazy_("Patrol inspection"),
    "assessment": lazy_("Feedback of an assessment"),
    "self_check": lazy_("Self-check"),
}
VIEWS: dict[str, lazy_] = {
    "late": lazy_("Late"),
    "open": lazy_("Being put right"),
    "applied": lazy_("To be checked"),
    "closed": lazy_("Closed off"),
    "reopened": lazy_("Found again"),
    "check": lazy_("To be looked at again"),
    "all": lazy_("All"),
}
