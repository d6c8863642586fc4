"""Delivery: an occasion, and one row a recipient and channel. The row is the truth, the queue only a nudge."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Occasion(TenantOwned, Base):
    """Why something is sent: a day's digest, a press of 提醒, an invitation."""

    __tablename__ = "occasion"
    __table_args__ = (owned_by_tenant(), UniqueConstraint("tenant_id", "key"))

    #: A key of the composers in services/worker/messages.py: digest, press, invitation …
    kind: Mapped[str] = mapped_column(Text)
    #: What makes it the same occasion when it is planned again: 'digest:2026-11-22'.
    key: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: The person who caused it; None: the schedule.
    caused_by: Mapped[int | None] = mapped_column(BigInteger)
    #: When its recipients were last worked out; the sweep does not do it again at once.
    planned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Delivery(TenantOwned, Base):
    """One message to one person by one channel. Sent outside any transaction; its outcome noted after."""

    __tablename__ = "delivery"
    __table_args__ = (
        references("occasion_id", "occasion"),
        references("person_id", "person"),
        references("group_id", "message_group"),
        UniqueConstraint("tenant_id", "occasion_id", "person_id", "channel"),
        # A group gets an occasion once.
        Index(
            "uq_delivery_occasion_id_group_id",
            "tenant_id",
            "occasion_id",
            "group_id",
            unique=True,
            postgresql_where=text("group_id is not null"),
        ),
        CheckConstraint("num_nonnulls(person_id, group_id) = 1", name="recipient"),
        CheckConstraint("state in ('pending', 'sending', 'sent', 'failed', 'suppressed')", name="state"),
        CheckConstraint("(state = 'sending') = (lease_until is not null)", name="lease"),
        # What is due and unsent by one channel, oldest first, or whose sender died.
        Index(
            "ix_delivery_waiting",
            "tenant_id",
            "channel",
            "not_before",
            "id",
            postgresql_where=text("state in ('pending', 'sending')"),
        ),
        # A person's notices, newest first.
        Index("ix_delivery_person_id", "tenant_id", "person_id", "channel", "id"),
    )

    occasion_id: Mapped[int] = mapped_column(BigInteger)
    #: One person, or one group (a robot's); exactly one of the two.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    group_id: Mapped[int | None] = mapped_column(BigInteger)
    #: A key of services.worker.channels.CHANNELS: in_app, email …
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    #: Why it failed or was not sent: no_address, left, done …
    reason: Mapped[str | None] = mapped_column(Text)
    not_before: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    lease_by: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: What was sent, in the recipient's language; written when it is composed.
    subject: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Text, server_default="")
    #: Where the recipient goes on, within the product: '/circulars/12'; '' where it is the to-do list.
    page: Mapped[str] = mapped_column(Text, server_default="")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: What the gateway calls it, where it says so: a later report of it is found by this.
    reference: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ChannelSetting(TenantOwned, Base):
    """How a tenant uses one channel: on or off, how fast, with which gateway."""

    __tablename__ = "channel_setting"
    __table_args__ = (
        owned_by_tenant(),
        UniqueConstraint("tenant_id", "channel"),
        CheckConstraint("per_minute > 0", name="per_minute"),
    )

    channel: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: What is no secret: address of the gateway, sender's name, template keys.
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: What is secret, sealed with the tenant's key (shared.sealing); never shown again.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: At most so many messages a minute; None: as fast as the channel takes them.
    per_minute: Mapped[int | None] = mapped_column(Integer)
    #: How many were taken in each second of the last minute, by the second; what the limit counts.
    spent: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    tested_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: What the last test said; '' where it went well.
    test_outcome: Mapped[str] = mapped_column(Text, server_default="")


class MessageGroup(TenantOwned, Base):
    """A group chat that a robot writes to (WeCom, DingTalk), of one unit."""

    __tablename__ = "message_group"
    __table_args__ = (
        references("unit_id", "unit"),
        CheckConstraint("channel in ('wecom_robot', 'dingtalk_robot')", name="channel"),
        CheckConstraint("state in ('active', 'ended')", name="state"),
        UniqueConstraint("tenant_id", "form_key"),
        # The groups of a unit.
        Index("ix_message_group_unit_id", "tenant_id", "unit_id", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    #: The robot's address and signing key, sealed.
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    form_key: Mapped[str] = mapped_column(Text)


class ChannelAddress(TenantOwned, Base):
    """By which name a person is known on a channel that has names of its own (WeCom, DingTalk)."""

    __tablename__ = "channel_address"
    __table_args__ = (
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "person_id", "channel"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)


class AddressTrouble(TenantOwned, Base):
    """An address that proved dead (a bounce): nothing goes there until the person's address is another one."""

    __tablename__ = "address_trouble"
    __table_args__ = (
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "person_id", "channel"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Text)
    #: The address as it stood; the person's being another one ends the trouble.
    value: Mapped[str] = mapped_column(Text)
    #: What the other side said, such as 5.1.1.
    said: Mapped[str] = mapped_column(Text, server_default="")
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Preference(TenantOwned, Base):
    """What a person chose for one topic and channel, within what the tenant allows; no row: the tenant's default."""

    __tablename__ = "preference"
    __table_args__ = (
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "person_id", "topic", "channel"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.messages.topics.
    topic: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    wanted: Mapped[bool] = mapped_column(Boolean)


class MessageTemplate(TenantOwned, Base):
    """The tenant's own words for one kind of message in one language; without a row the product's words stand."""

    __tablename__ = "message_template"
    __table_args__ = (owned_by_tenant(), UniqueConstraint("tenant_id", "kind", "locale"))

    #: A kind of occasion (services/worker/messages.py COMPOSERS).
    kind: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    #: Counted up by each change: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
