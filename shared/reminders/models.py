"""Who is due, when, through which step of the ladder."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Reminder(TenantOwned, Base):
    """One due item to one person by one channel at one stage: never twice.

    It travels inside a delivery (one digest a person and day, or the one message of a press).
    """

    __tablename__ = "reminder"
    __table_args__ = (
        references("due_item_id", "due_item"),
        references("person_id", "person"),
        references("delivery_id", "delivery"),
        UniqueConstraint("tenant_id", "due_item_id", "person_id", "channel", "stage"),
        CheckConstraint("(delivery_id is null) or (reason is null)", name="outcome"),
        # Planned and not yet put into a digest.
        Index(
            "ix_reminder_loose",
            "tenant_id",
            "person_id",
            postgresql_where=text("delivery_id is null and reason is null"),
        ),
        # The rows of one message.
        Index("ix_reminder_delivery_id", "tenant_id", "delivery_id"),
    )

    due_item_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Text)
    #: coming, due, overdue, superior, leader; a press: 'press:2026-11-22'.
    stage: Mapped[str] = mapped_column(Text)
    on_date: Mapped[date] = mapped_column(Date)
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Why it goes out by no message: no_address, superseded, done, suspended.
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class LadderStep(TenantOwned, Base):
    """When the steps of the ladder are reached for one kind of duty; without a row the tenant's choices hold."""

    __tablename__ = "ladder_step"
    __table_args__ = (
        owned_by_tenant(),
        UniqueConstraint("tenant_id", "kind"),
        CheckConstraint(
            "coming >= 0 and overdue > 0 and superior > overdue and leader > superior", name="order"
        ),
    )

    #: A key of shared.events.kinds.KINDS.
    kind: Mapped[str] = mapped_column(Text)
    #: Days before the last day (0: none), and days after it for the three others; None: that step is left out.
    coming: Mapped[int] = mapped_column(SmallInteger)
    overdue: Mapped[int] = mapped_column(SmallInteger)
    superior: Mapped[int | None] = mapped_column(SmallInteger)
    leader: Mapped[int | None] = mapped_column(SmallInteger)
