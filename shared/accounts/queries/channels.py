"""Reads of the tenant's channels: how each is set up, its robots' groups, and who is known by which name."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from shared.accounts.queries.roster import PERSON, UNIT
from shared.db import db
from shared.messages.channels import OF_OLD, SPECS
from shared.messages.models import ChannelAddress, ChannelSetting, Delivery, MessageGroup, Occasion
from shared.sealing import unseal
from shared.tenants.queries import keys

#: What the sealed columns are bound to.
SETTING_SECRET, GROUP_SECRET = "channel setting", "message group"
#: The kind of a trial's occasion; it goes out even while the channel is off.
TRIAL = "channel_test"
#: Groups on a page.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Setup:
    """One channel as the tenant has it. `secrets` are opened only where they are asked for."""

    channel: str
    enabled: bool
    options: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    has_secret: bool = False
    per_minute: int | None = None
    tested_at: datetime | None = None
    test_outcome: str = ""

    def text(self, key: str) -> str:
        return str(self.options.get(key) or "")

    @property
    def ready(self) -> bool:
        """Everything that it needs is there."""
        spec = SPECS[self.channel]
        return all(
            self.has_secret if option.secret else bool(self.options.get(option.key))
            for option in spec.options
            if option.needed
        )


def _setup(row: ChannelSetting | None, channel: str, *, opened: bool) -> Setup:
    if row is None:
        return Setup(channel, enabled=channel in OF_OLD)
    secrets = {}
    if opened and row.secret is not None:
        secrets = json.loads(unseal(keys(), row.secret, SETTING_SECRET))
    return Setup(
        channel,
        enabled=row.enabled,
        options=row.options,
        secrets=secrets,
        has_secret=row.secret is not None,
        per_minute=row.per_minute,
        tested_at=row.tested_at,
        test_outcome=row.test_outcome,
    )


def setups() -> dict[str, Setup]:
    """Every channel of the registry as the tenant has it, without secrets. One query."""
    rows = {row.channel: row for row in db.session.scalars(select(ChannelSetting))}
    return {channel: _setup(rows.get(channel), channel, opened=False) for channel in SPECS}


def setup_of(channel: str, *, opened: bool = False) -> Setup:
    """One channel; `opened` with its secrets, for the transport. Two queries."""
    row = db.session.execute(
        select(ChannelSetting).where(ChannelSetting.channel == channel)
    ).scalar_one_or_none()
    return _setup(row, channel, opened=opened)


@dataclass(frozen=True, slots=True)
class Group:
    id: int
    unit_id: int
    unit_name: str
    channel: str
    name: str


def groups(channel: str, *, after: int = 0) -> list[Group]:
    """A page of the groups that a robot writes to, and one more than a page where there is another. One query."""
    return [
        Group(*row)
        for row in db.session.execute(
            select(
                MessageGroup.id, MessageGroup.unit_id, UNIT.c.name, MessageGroup.channel, MessageGroup.name
            )
            .join(UNIT, and_(UNIT.c.tenant_id == MessageGroup.tenant_id, UNIT.c.id == MessageGroup.unit_id))
            .where(MessageGroup.channel == channel, MessageGroup.state == "active", MessageGroup.id > after)
            .order_by(MessageGroup.id)
            .limit(PAGE + 1)
        )
    ]


def group_counts() -> dict[str, int]:
    """How many groups each robot writes to."""
    counted = db.session.execute(
        select(MessageGroup.channel, func.count())
        .where(MessageGroup.state == "active")
        .group_by(MessageGroup.channel)
    )
    return {channel: int(number) for channel, number in counted}


def name_counts() -> dict[str, int]:
    """How many people have a name on each channel."""
    counted = db.session.execute(
        select(ChannelAddress.channel, func.count()).group_by(ChannelAddress.channel)
    )
    return {channel: int(number) for channel, number in counted}


def own_address(channel: str, person_id: int) -> bool:
    """Whether this channel reaches the person as the roster stands; for the test button."""
    reaches = SPECS[channel].reaches
    if reaches == "name":
        statement = select(ChannelAddress.id).where(
            ChannelAddress.person_id == person_id, ChannelAddress.channel == channel
        )
    elif reaches == "phone":
        statement = select(PERSON.c.id).where(PERSON.c.id == person_id, PERSON.c.phone_sealed.is_not(None))
    else:
        statement = select(PERSON.c.id).where(PERSON.c.id == person_id, PERSON.c.email != "")
    return db.session.scalar(statement.limit(1)) is not None


def units_named(name: str) -> list[int]:
    """The standing units of exactly this name, two at most."""
    return list(
        db.session.scalars(
            select(UNIT.c.id)
            .where(UNIT.c.name == name, UNIT.c.state == "active")
            .order_by(UNIT.c.id)
            .limit(2)
        )
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the last trial of a channel."""

    state: str
    reason: str | None
    at: datetime
    group_id: int | None


def last_trials() -> dict[str, Trial]:
    """The last trial of each channel. One query; trials are few."""
    last = (
        select(func.max(Delivery.id))
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .where(Occasion.kind == TRIAL)
        .group_by(Delivery.channel)
    )
    rows = db.session.execute(
        select(
            Delivery.channel, Delivery.state, Delivery.reason, Delivery.created_at, Delivery.group_id
        ).where(Delivery.id.in_(last))
    )
    return {channel: Trial(state, reason, at, group_id) for channel, state, reason, at, group_id in rows}
