"""Kinds of deeds, where they come from, and what was answered afterwards: one registry for forms and lists."""

from shared.i18n import lazy_

KINDS: dict[str, lazy_] = {
    "practical": lazy_("Practical deed for the masses"),
    "response": lazy_("The people call, we answer"),
    "enterprise": lazy_("Practical deed for enterprises"),
    "problem": lazy_("Hard problem solved"),
    "suggestion": lazy_("Suggestion taken up"),
    "policy": lazy_("Policy brought about"),
}
#: Categories only: who it was is not kept here.
SOURCES: dict[str, lazy_] = {
    "masses": lazy_("Asked for by the masses"),
    "hotline": lazy_("Hotline"),
    "visit": lazy_("Found at a visit"),
    "reception": lazy_("Brought to a reception day"),
    "enterprise": lazy_("Asked for by an enterprise"),
    "proposal": lazy_("Proposal of delegates or staff"),
    "superior": lazy_("Handed down from above"),
    "own": lazy_("Found by ourselves"),
}
SATISFACTION: dict[str, lazy_] = {
    "satisfied": lazy_("Satisfied"),
    "basically": lazy_("Basically satisfied"),
    "unsatisfied": lazy_("Not satisfied"),
    "not_asked": lazy_("Not asked afterwards"),
}
#: State → colour and word.
STATES: dict[str, tuple[str, lazy_]] = {
    "offered": ("due", lazy_("Waits to be taken up")),
    "open": ("run", lazy_("Being done")),
    "returned": ("late", lazy_("Returned to be done better")),
    "done": ("due", lazy_("Done, to be closed")),
    "closed": ("ok", lazy_("Case closed")),
    "dropped": ("idle", lazy_("Given up with a reason")),
}
#: What a counter counts.
COUNTED: dict[str, lazy_] = {
    "entered": lazy_("Entered"),
    "open": lazy_("Still being done"),
    "done": lazy_("Done"),
    "closed": lazy_("Case closed"),
}
