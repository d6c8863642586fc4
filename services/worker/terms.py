"""Composes what is told at a hand-over, in the recipient's language."""

from services.worker.channels.addressed import footer
from services.worker.channels.outgoing import Composed
from shared.accounts.queries.handover import Told, told
from shared.i18n import _, use_locale
from shared.members.posts import post_name
from shared.messages.actions import Parcel
from shared.settings import settings


def compose_handovers(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """Offered: to the new holder. Taken: to the former. What was taken back meanwhile is not sent."""
    found: dict[int, Composed | str] = {}
    for one in told([parcel.id for parcel in parcels]):
        found[one.delivery_id] = _composed(one)
    # An offer whose row is gone has nothing to say.
    return {parcel.id: found.get(parcel.id, "done") for parcel in parcels}


def _composed(one: Told) -> Composed | str:
    if one.person_state != "active":
        return "left"
    if one.channel == "email" and not one.email:
        return "no_address"
    if one.what == "offered" and one.state != "open":
        return "done"
    with use_locale(one.locale):
        post = post_name(one.post_code)
        if one.what == "offered":
            subject = _("Take over: %(post)s of %(unit)s", post=post, unit=one.unit_name)
            text = _(
                "Everything that stands open at %(unit)s waits to be taken over by you.", unit=one.unit_name
            )
            path = f"/terms/handovers/{one.handover_id}"
        else:
            subject = _("Handed over: %(post)s of %(unit)s", post=post, unit=one.unit_name)
            text = _(
                "%(name)s has taken over what stood open at %(unit)s. Your role there and your loans of its ledger"
                " have ended.",
                name=one.to_name,
                unit=one.unit_name,
            )
            path = "/"
        below = footer(path)
    return Composed(
        to=one.email or "",
        subject=subject,
        text=text,
        footer=below,
        locale=one.locale,
        link=settings().base_url + path,
        values={"unit": one.unit_name, "post": post},
    )
