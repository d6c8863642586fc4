"""By which ways people can be reached: the one answer, as SQL, for one person as for a million."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from shared.accounts.models import Seat
from shared.accounts.queries.roster import PERSON
from shared.messages.channels import BY_TOPIC, NAMED, NOWHERE, OF_OLD
from shared.messages.models import AddressTrouble, ChannelAddress, ChannelSetting


def channel_open(channel: str, topic: str | None = None) -> ColumnElement[bool]:
    """Whether the tenant has this channel switched on, and for this topic. Asked once a statement.

    E-mail is on until somebody switches it off; every other channel is off until it is set up, and those that cost or
    disturb (SMS, WeCom, DingTalk) are used for the ticked topics only.
    """
    row = select(ChannelSetting.id).where(ChannelSetting.channel == channel)
    if channel in OF_OLD:
        return ~exists(row.where(ChannelSetting.enabled.is_(False)))
    row = row.where(ChannelSetting.enabled)
    if channel in BY_TOPIC:
        if topic is None:
            return false()
        row = row.where(ChannelSetting.options["topics"].contains([topic]))
    return exists(row)


def _troubled() -> ColumnElement[bool]:
    return exists(
        select(AddressTrouble.id).where(
            AddressTrouble.person_id == PERSON.c.id,
            AddressTrouble.channel == "email",
            AddressTrouble.value == PERSON.c.email,
        )
    )


def ways_of(people: Select[Any], *, topic: str | None = None) -> Select[Any]:
    """(person_id, channel) for each open way of each active person among `people`, a select of person ids.

    `topic` (a key of shared.messages.topics): channels that the tenant uses for some topics only are left out for the
    others. An address that bounced is none until it is another one: `dead_ways_of` names those.
    """
    among = and_(PERSON.c.id.in_(people), PERSON.c.state == "active")
    mail = and_(PERSON.c.email.is_not(None), PERSON.c.email != "")
    found = union_all(
        select(PERSON.c.id.label("person_id"), literal("in_app").label("channel"))
        .join(Seat, and_(Seat.person_id == PERSON.c.id, Seat.state == "active"))
        .where(among),
        select(PERSON.c.id, literal("email")).where(among, mail, ~_troubled(), channel_open("email")),
        select(PERSON.c.id, literal("sms")).where(
            among, PERSON.c.phone_sealed.is_not(None), channel_open("sms", topic)
        ),
        select(PERSON.c.id, ChannelAddress.channel)
        .join(ChannelAddress, ChannelAddress.person_id == PERSON.c.id)
        .where(
            among,
            or_(*(and_(ChannelAddress.channel == name, channel_open(name, topic)) for name in NAMED)),
        ),
    ).subquery("ways")
    return select(found.c.person_id, found.c.channel)


def dead_ways_of(people: Select[Any]) -> Select[Any]:
    """(person_id, channel, reason) of the ways that people have but that proved dead."""
    return select(
        PERSON.c.id.label("person_id"), literal("email").label("channel"), literal("bounced").label("reason")
    ).where(PERSON.c.id.in_(people), PERSON.c.state == "active", PERSON.c.email != "", _troubled())


def reached(people: Select[Any], *, topic: str | None = None) -> Select[Any]:
    """(person_id, channel, reason) of everybody among `people`, for `fan_out`: each way, open (no reason) or dead; and
    whoever has none, under NOWHERE, with what is missing.
    """
    every = union_all(
        ways_of(people, topic=topic).add_columns(null().cast(Text).label("reason")), dead_ways_of(people)
    ).subquery("every")
    nothing = case((PERSON.c.state != "active", "left"), else_="no_address")
    return (
        select(
            PERSON.c.id.label("person_id"),
            func.coalesce(every.c.channel, NOWHERE).label("channel"),
            case((every.c.channel.is_(None), nothing), else_=every.c.reason).label("reason"),
        )
        .select_from(PERSON.outerjoin(every, every.c.person_id == PERSON.c.id))
        .where(PERSON.c.id.in_(people))
    )
