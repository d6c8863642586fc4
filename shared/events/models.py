"""What was held: one row an event, its attendance, and every later correction."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    Text,
    Time,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Event(TenantOwned, Base):
    """A meeting, lecture, theme day, talk or campaign that took place. Filed once, corrected with a reason."""

    __tablename__ = "event"
    __table_args__ = (
        references("unit_id", "unit"),
        references("chair_id", "person"),
        references("clerk_id", "person"),
        references("filed_by", "person"),
        CheckConstraint("state in ('filed', 'void')", name="state"),
        CheckConstraint("present_count >= 0 and present_count <= due_count", name="present_count"),
        # A form sent twice is one event.
        UniqueConstraint("tenant_id", "form_key"),
        # A unit's ledger, newest first; the last event of a kind, from which the next form is filled.
        Index("ix_event_unit_id_kind_held_on", "tenant_id", "unit_id", "kind", "held_on"),
        # The tenant's events by day.
        Index("ix_event_held_on", "tenant_id", "held_on"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.events.kinds.KINDS.
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[time | None] = mapped_column(Time)
    ends_at: Mapped[time | None] = mapped_column(Time)
    place: Mapped[str] = mapped_column(Text, server_default="")
    chair_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Who kept the minutes.
    clerk_id: Mapped[int | None] = mapped_column(BigInteger)
    due_count: Mapped[int] = mapped_column(Integer, server_default="0")
    present_count: Mapped[int] = mapped_column(Integer, server_default="0")
    #: The kind's own fields (the four 有 of a theme day …), validated by the registry.
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    content: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="filed")
    void_reason: Mapped[str | None] = mapped_column(Text)
    #: When it was recorded; held_on says when it was held.
    filed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    filed_by: Mapped[int | None] = mapped_column(BigInteger)
    #: Counted up by each correction: two people correcting at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    form_key: Mapped[str] = mapped_column(Text)


class Attendance(TenantOwned, Base):
    """One person due at an event, and whether they were there."""

    __tablename__ = "attendance"
    __table_args__ = (
        references("event_id", "event", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "event_id", "person_id"),
        CheckConstraint("reason in ('duty', 'sick', 'personal', 'leave', 'other')", name="reason"),
        # What a person attended.
        Index("ix_attendance_person_id", "tenant_id", "person_id"),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    present: Mapped[bool]
    #: 公差 病假 事假 休假 其他; set only for the absent.
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class Correction(TenantOwned, Base):
    """What a filed event said before it was corrected, by whom and why."""

    __tablename__ = "correction"
    __table_args__ = (
        references("event_id", "event"),
        references("person_id", "person"),
        # The corrections of an event, in order.
        Index("ix_correction_event_id", "tenant_id", "event_id"),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
