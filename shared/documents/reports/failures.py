"""Why a paper could not be made, in words. The worker notes the key; whoever looks reads it in their language."""

from shared.i18n import lazy_

FAILURES: dict[str, lazy_] = {
    "slow": lazy_("Setting it took too long and was ended"),
    "memory": lazy_("It is too large for the memory of one paper"),
    "disk": lazy_("There is no room left where the files lie"),
    "own": lazy_("The own section of your organisation could not be filled; look at it under Settings"),
    "gone": lazy_("It is no longer there, or outside the reach of whoever asked"),
    "set": lazy_("It could not be set; the fault is ours and has been noted"),
}
