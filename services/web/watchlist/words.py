"""States, acts and views of the watch-list in words."""

from shared.i18n import lazy_

#: State → colour and word.
STATES: dict[str, tuple[str, lazy_]] = {
    "listed": ("late", lazy_("On the list")),
    "applied": ("due", lazy_("Applied to come off")),
    "reviewed": ("due", lazy_("Checked once")),
    "off": ("ok", lazy_("Off the list")),
    "void": ("idle", lazy_("Void")),
}
ACTS: dict[str, lazy_] = {
    "list": lazy_("Put on the list"),
    "apply": lazy_("Applied to come off"),
    "approve": lazy_("First check passed"),
    "off": lazy_("Second check passed, off the list"),
    "return": lazy_("Returned for rework"),
    "stay": lazy_("Stays a year longer"),
    "back": lazy_("Does not hold: back on the list"),
    "change": lazy_("Changed"),
    "void": lazy_("Declared void"),
}
VIEWS: dict[str, lazy_] = {
    "late": lazy_("Late"),
    "standing": lazy_("On the list"),
    "applied": lazy_("To be checked"),
    "off": lazy_("Off the list"),
    "all": lazy_("All"),
}
