"""What a person may choose about the own messages: topics by channels, as far as the tenant has them on."""

from dataclasses import dataclass

from sqlalchemy import literal, select

from shared.accounts.queries.channels import setups
from shared.accounts.queries.ways import reached
from shared.db import db
from shared.messages.channels import BY_TOPIC, SPECS
from shared.messages.models import Preference
from shared.messages.topics import TOPICS


@dataclass(frozen=True, slots=True)
class Choice:
    """One topic by one channel. Not `open`: the tenant does not use the channel for it. `fixed`: always sent."""

    topic: str
    channel: str
    open: bool
    fixed: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """`channels`: those that are on, each with the reason why it does not reach the person now, or ''."""

    channels: dict[str, str]
    rows: dict[str, list[Choice]]


def open_channels() -> dict[str, frozenset[str]]:
    """The channels to people that the tenant has on, each with the topics it is used for. One query."""
    found = {}
    for channel, setup in setups().items():
        if SPECS[channel].reaches == "group" or not (setup.enabled or SPECS[channel].fixed):
            continue
        ticked = set(setup.options.get("topics") or ()) if channel in BY_TOPIC else set(TOPICS)
        found[channel] = frozenset(ticked & set(TOPICS))
    return found


def declined(person_id: int) -> set[tuple[str, str]]:
    """What a person declined: (topic, channel). One query."""
    rows = db.session.execute(
        select(Preference.topic, Preference.channel).where(
            Preference.person_id == person_id, Preference.wanted.is_(False)
        )
    )
    return {(row.topic, row.channel) for row in rows}


def choices_of(person_id: int) -> Choices:
    """The page of choices of one person. Three queries and one for each topic that a costly channel serves."""
    channels = open_channels()
    refused = declined(person_id)
    person = select(literal(person_id))
    reaches: dict[str, str] = {}
    for topic in sorted({next(iter(sorted(topics)), "") for topics in channels.values()} - {""}):
        for _person, channel, reason in db.session.execute(reached(person, topic=topic)):
            if channel in channels and not (channel in BY_TOPIC and topic not in channels[channel]):
                reaches[channel] = reason or ""
    rows = {
        topic: [
            Choice(
                topic,
                channel,
                open=topic in channels[channel],
                fixed=SPECS[channel].fixed or not spec.may_opt_out,
                wanted=SPECS[channel].fixed or not spec.may_opt_out or (topic, channel) not in refused,
            )
            for channel in channels
        ]
        for topic, spec in TOPICS.items()
    }
    return Choices({channel: reaches.get(channel, "no_address") for channel in channels}, rows)
