"""Kinds of both lines: the end of a term. Source: domain facts §1, elections."""

from shared.events.kinds.fields import EventKind, Field
from shared.i18n import lazy_

#: Who elects. Source: domain facts §1: members' meeting, or a congress of delegates from 500 members on.
ELECTORS = (("members", lazy_("Members' meeting")), ("delegates", lazy_("Delegates' congress")))

KINDS: dict[str, EventKind] = {
    "term_election": EventKind(
        lazy_("Election at the end of the term"),
        "both",
        short=lazy_("Term election"),
        attendance="counts",
        heading=lazy_("The election"),
        own_page=True,
        fields=(
            Field("body", lazy_("Elected by"), "choice", choices=ELECTORS),
            Field("document", lazy_("Approving document")),
            Field("number", lazy_("Number of the term"), "number", required=False),
            Field("elected", lazy_("Persons elected"), "number", required=False),
        ),
    ),
    "term_date": EventKind(
        lazy_("Entering the end of the term"),
        "both",
        short=lazy_("End of the term"),
        attendance="none",
        own_page=True,
    ),
}

#: Kinds of due items that follow a unit's term and no calendar period.
TERM_KINDS = ("term_election", "term_date")
