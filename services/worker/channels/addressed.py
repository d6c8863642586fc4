"""What every message about one thing has in common: to whom it goes, in whose language, and its footer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select

from services.worker.channels.outgoing import Composed
from shared.accounts.models import Seat
from shared.db import db
from shared.i18n import DEFAULT, _, use_locale
from shared.members.models import Person
from shared.messages.actions import Parcel
from shared.messages.models import Delivery, Occasion
from shared.settings import settings


@dataclass(frozen=True, slots=True)
class Addressed:
    """A delivery in hand. `missing`: why it cannot be sent (left, no_address); '' where it can.

    A robot's group has no person (0) and reads the tenant's first language.
    """

    delivery_id: int
    person_id: int
    detail: dict[str, Any]
    address: str
    locale: str
    missing: str


@dataclass(frozen=True, slots=True)
class Said:
    """Subject and text in the open locale, and the page that the footer names.

    `values`: what a tenant's own words for this kind may name (shared.messages.wording).
    """

    subject: str
    text: str
    page: str
    values: Mapping[str, str] = field(default_factory=dict)


def addressed(parcels: list[Parcel]) -> list[Addressed]:
    """The recipients of some deliveries. One query."""
    rows = db.session.execute(
        select(
            Delivery.id,
            Delivery.channel,
            Delivery.person_id,
            Occasion.detail,
            Person.state,
            Person.email,
            Person.locale,
            Seat.id,
        )
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .join(Person, and_(Person.tenant_id == Delivery.tenant_id, Person.id == Delivery.person_id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
            isouter=True,
        )
        .where(Delivery.id.in_([parcel.id for parcel in parcels]))
        .order_by(Delivery.id)
    )
    found = []
    for delivery_id, channel, person_id, detail, state, email, locale, seat_id in rows:
        nowhere = (channel == "email" and not email) or (channel == "in_app" and seat_id is None)
        missing = "left" if state != "active" else ("no_address" if nowhere else "")
        found.append(Addressed(delivery_id, person_id, detail, email or "", locale, missing))
    return [*found, *_groups(parcels)]


def _groups(parcels: list[Parcel]) -> list[Addressed]:
    """Those that go to a robot's group; no query where there are none."""
    wanted = [parcel.id for parcel in parcels if parcel.group_id is not None]
    if not wanted:
        return []
    rows = db.session.execute(
        select(Delivery.id, Occasion.detail)
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .where(Delivery.id.in_(wanted))
        .order_by(Delivery.id)
    )
    return [Addressed(delivery_id, 0, detail, "", DEFAULT, "") for delivery_id, detail in rows]


def compose_each(
    recipients: list[Addressed], write: Callable[[Addressed], Said | None]
) -> dict[int, Composed | str]:
    """Each message in its recipient's language; one for which `write` has nothing to say any more is `done`."""
    found: dict[int, Composed | str] = {}
    for one in recipients:
        if one.missing:
            found[one.delivery_id] = one.missing
            continue
        with use_locale(one.locale):
            said = write(one)
            found[one.delivery_id] = (
                "done"
                if said is None
                else Composed(
                    to=one.address,
                    subject=said.subject,
                    text=said.text,
                    footer=footer(said.page),
                    locale=one.locale,
                    link=settings().base_url + said.page,
                    values=said.values,
                )
            )
    return found


def about(unit: str, what: str, more: object = "") -> str:
    """One line of a message: whose it is and what, and where or when, punctuated as the open locale does."""
    said = _("%(unit)s: %(what)s", unit=unit, what=what)
    return _("%(what)s, %(more)s", what=said, more=more) if more else said


def dated(day: object, unit: str, what: str) -> str:
    """One line of a message that lists what is past its day."""
    return _("%(what)s, %(more)s", what=day, more=about(unit, what))


def footer(page: str) -> str:
    """Where to go on, and that nobody reads replies. In the open locale."""
    return (
        "\n\n"
        + _("Open the page: %(address)s", address=settings().base_url + page)
        + "\n"
        + _("This message was sent by the system; replies are not read.")
    )
