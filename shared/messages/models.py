"""Delivery: an occasion, and one row a recipient and channel. The row is the truth, the queue only a nudge."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
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
        UniqueConstraint("tenant_id", "occasion_id", "person_id", "channel"),
        CheckConstraint("state in ('pending', 'sending', 'sent', 'failed', 'suppressed')", name="state"),
        CheckConstraint("(state = 'sending') = (lease_until is not null)", name="lease"),
        # What is due and unsent, or whose sender died.
        Index(
            "ix_delivery_waiting",
            "tenant_id",
            "not_before",
            "id",
            postgresql_where=text("state in ('pending', 'sending')"),
        ),
        # A person's notices, newest first.
        Index("ix_delivery_person_id", "tenant_id", "person_id", "channel", "id"),
    )

    occasion_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
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
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
