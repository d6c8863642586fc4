"""The ways to reach a person, as the pages name them. services/worker/channels holds the transport of each."""

from shared.i18n import lazy_

#: A delivery's and a reminder's `channel`.
CHANNELS: dict[str, lazy_] = {
    "in_app": lazy_("In-app notice"),
    "email": lazy_("E-mail"),
}

#: What a reminder bears instead where a person can be reached by none of them.
NOWHERE = "none"
