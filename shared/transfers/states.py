"""How a transfer is said: its states and its routes."""

from collections.abc import Mapping

from shared.i18n import lazy_

STATES: Mapping[str, lazy_] = {
    "sent": lazy_("On its way"),
    "accepted": lazy_("Accepted by the receiver"),
    "refused": lazy_("Sent back"),
    "withdrawn": lazy_("Withdrawn"),
}
ROUTES: Mapping[str, lazy_] = {
    "inside": lazy_("Inside the organisation"),
    "tenant": lazy_("To another organisation of this system"),
    "outside": lazy_("To outside, by letter"),
}


def state_name(key: str) -> str:
    """The state in the reader's language; an unknown key as it is."""
    return str(STATES[key]) if key in STATES else key


def route_name(key: str) -> str:
    """The route in the reader's language; an unknown key as it is."""
    return str(ROUTES[key]) if key in ROUTES else key
