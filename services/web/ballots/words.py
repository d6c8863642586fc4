"""How votes are said on their pages."""

from shared.i18n import lazy_

STATES = {
    "draft": lazy_("Draft"),
    "open": lazy_("Voting now"),
    "closed": lazy_("Closed"),
    "published": lazy_("Made known"),
    "void": lazy_("Called off"),
}
#: The colour of each.
COLOURS = {"draft": "run", "open": "due", "closed": "ok", "published": "ok", "void": "run"}
WAYS = {"screen": lazy_("On the own page"), "paper": lazy_("On paper ballots")}
