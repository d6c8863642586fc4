"""The message that a press on "try it out" sends."""

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.messages.channels import CHANNELS


def compose_trials(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """One sentence that names the channel. Two queries."""
    return compose_each(addressed(parcels), _said)


def _said(one: Addressed) -> Said:
    name = CHANNELS[str(one.detail["channel"])]
    return Said(
        _("A trial message"),
        _("This message came by “%(channel)s”: the channel works.", channel=name),
        "/channels",
    )
