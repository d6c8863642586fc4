"""The address of each message in hand, by its channel: read, and opened where it is sealed, only now that it goes out.

A channel switched off since the message was planned sends nothing any more.
"""

import json
import re
from dataclasses import replace

from sqlalchemy import select

from services.worker.channels.outgoing import Composed
from shared.accounts.actions.unsubscribing import unsubscribe_token
from shared.accounts.queries.channels import GROUP_SECRET, TRIAL
from shared.db import db
from shared.i18n import _, use_locale
from shared.members.models import Person
from shared.members.numbers import PHONE
from shared.messages.actions import Parcel
from shared.messages.channels import OF_OLD, SPECS
from shared.messages.models import AddressTrouble, ChannelAddress, ChannelSetting, MessageGroup
from shared.messages.topics import TOPICS, topic_of
from shared.sealing import unseal
from shared.settings import settings
from shared.tenancy import current_tenant
from shared.tenants.queries import keys

_MOBILE = re.compile(r"1[3-9]\d{9}")


def address(parcels: list[Parcel], composed: dict[int, Composed | str]) -> dict[int, Composed | str]:
    """The composed ones with their addresses, or with the reason why one cannot go. One query a kind of address."""
    going = [parcel for parcel in parcels if isinstance(composed.get(parcel.id), Composed)]
    outer = {parcel.channel for parcel in going if not SPECS[parcel.channel].fixed}
    if not outer:
        return composed
    switched: dict[str, bool] = {
        row.channel: row.enabled
        for row in db.session.execute(select(ChannelSetting.channel, ChannelSetting.enabled))
    }
    found = _found([parcel for parcel in going if parcel.channel in outer])
    result = dict(composed)
    for parcel in going:
        if parcel.channel not in outer:
            continue
        message = composed[parcel.id]
        if not switched.get(parcel.channel, parcel.channel in OF_OLD) and parcel.kind != TRIAL:
            result[parcel.id] = "channel_off"
        elif isinstance(to := found.get(parcel.id), str) and isinstance(message, Composed):
            result[parcel.id] = replace(message, to=to)
        elif isinstance(message, Composed) and SPECS[parcel.channel].reaches == "email":
            # The composer has it; only a dead one stops it here.
            result[parcel.id] = "bounced" if message.to in _dead(parcel, found) else _endable(parcel, message)
        else:
            result[parcel.id] = "no_address"
    return result


def _endable(parcel: Parcel, message: Composed) -> Composed:
    """A mail of a topic that may be declined says where, in its head and at its end."""
    topic = topic_of(parcel.kind)
    if topic is None or parcel.person_id is None or not TOPICS[topic].may_opt_out:
        return message
    token = unsubscribe_token(
        tenant_id=current_tenant(), person_id=parcel.person_id, topic=topic, email=message.to
    )
    link = f"{settings().base_url}/channels/unsubscribe/{token}"
    with use_locale(message.locale):
        line = "\n" + _("No more mails of this kind: %(link)s", link=link)
    return replace(message, unsubscribe=link, footer=message.footer + line)


Found = dict[int, str | frozenset[str]]


def _dead(parcel: Parcel, found: Found) -> frozenset[str]:
    dead = found.get(parcel.id, frozenset())
    return dead if isinstance(dead, frozenset) else frozenset()


def _found(parcels: list[Parcel]) -> Found:
    """By delivery: the address; of e-mail, the addresses of that person which proved dead."""
    by_kind: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_kind.setdefault(SPECS[parcel.channel].reaches, []).append(parcel)
    readers = {"email": _dead_mail, "phone": _phones, "name": _names, "group": _groups}
    found: Found = {}
    for kind, some in by_kind.items():
        found |= readers[kind](some)
    return found


def _people(parcels: list[Parcel]) -> set[int]:
    return {parcel.person_id for parcel in parcels if parcel.person_id is not None}


def _dead_mail(parcels: list[Parcel]) -> Found:
    rows = db.session.execute(
        select(AddressTrouble.person_id, AddressTrouble.value).where(
            AddressTrouble.person_id.in_(_people(parcels)), AddressTrouble.channel == "email"
        )
    )
    dead = {person_id: frozenset({value}) for person_id, value in rows}
    return {parcel.id: dead[parcel.person_id] for parcel in parcels if parcel.person_id in dead}


def _phones(parcels: list[Parcel]) -> Found:
    opened = keys()
    rows = db.session.execute(
        select(Person.id, Person.phone_sealed).where(
            Person.id.in_(_people(parcels)), Person.phone_sealed.is_not(None)
        )
    )
    numbers = {
        person_id: unseal(opened, sealed, PHONE).decode() for person_id, sealed in rows if sealed is not None
    }
    return {
        parcel.id: numbers[parcel.person_id]
        for parcel in parcels
        # A landline takes no SMS.
        if parcel.person_id in numbers and _MOBILE.fullmatch(numbers[parcel.person_id])
    }


def _names(parcels: list[Parcel]) -> Found:
    rows = db.session.execute(
        select(ChannelAddress.person_id, ChannelAddress.channel, ChannelAddress.value).where(
            ChannelAddress.person_id.in_(_people(parcels))
        )
    )
    names = {(person_id, channel): value for person_id, channel, value in rows}
    return {
        parcel.id: names[parcel.person_id, parcel.channel]
        for parcel in parcels
        if parcel.person_id is not None and (parcel.person_id, parcel.channel) in names
    }


def _groups(parcels: list[Parcel]) -> Found:
    """The robot's address and key, opened; a group that ended has none."""
    wanted = {parcel.group_id for parcel in parcels if parcel.group_id is not None}
    rows = db.session.execute(
        select(MessageGroup.id, MessageGroup.secret).where(
            MessageGroup.id.in_(wanted), MessageGroup.state == "active"
        )
    ).all()
    opened = keys() if rows else None
    secrets = {
        group_id: json.dumps(json.loads(unseal(opened, secret, GROUP_SECRET)))
        for group_id, secret in rows
        if opened is not None
    }
    return {parcel.id: secrets[parcel.group_id] for parcel in parcels if parcel.group_id in secrets}
