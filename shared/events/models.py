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
    text,
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
        references("reviewed_by", "person"),
        CheckConstraint("state in ('filed', 'void')", name="state"),
        CheckConstraint("review in ('accepted', 'returned')", name="review"),
        CheckConstraint("(review is null) = (reviewed_at is null)", name="reviewed"),
        CheckConstraint("present_count >= 0 and present_count <= due_count", name="present_count"),
        # A form sent twice is one event.
        UniqueConstraint("tenant_id", "form_key"),
        # A unit's ledger, newest first; the last event of a kind, from which the next form is filled.
        Index("ix_event_unit_id_kind_held_on", "tenant_id", "unit_id", "kind", "held_on"),
        # What nobody above has looked at yet, the oldest first.
        Index(
            "ix_event_unreviewed",
            "tenant_id",
            "filed_at",
            "id",
            postgresql_where=text("state = 'filed' and review is null"),
        ),
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
    #: What the superior found: accepted, or returned with a remark until it is mended; None: not looked at yet.
    review: Mapped[str | None] = mapped_column(Text)
    review_remark: Mapped[str | None] = mapped_column(Text)
    reviewed_by: Mapped[int | None] = mapped_column(BigInteger)
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
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


class EventFile(TenantOwned, Base):
    """A photo or paper attached to an event; the same content is one file, however often it is attached."""

    __tablename__ = "event_file"
    __table_args__ = (
        references("event_id", "event", ondelete="CASCADE"),
        references("file_id", "file"),
        references("added_by", "person"),
        references("removed_by", "person"),
        CheckConstraint("(removed_at is null) = (removed_reason is null)", name="removed"),
        # Attached once at a time; the files of an event.
        Index(
            "uq_event_file_event_id_file_id",
            "tenant_id",
            "event_id",
            "file_id",
            unique=True,
            postgresql_where=text("removed_at is null"),
        ),
        # Where a file is attached.
        Index("ix_event_file_file_id", "tenant_id", "file_id"),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(BigInteger)
    #: As the person named it; the same content may bear two names.
    name: Mapped[str] = mapped_column(Text)
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    removed_by: Mapped[int | None] = mapped_column(BigInteger)
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removed_reason: Mapped[str | None] = mapped_column(Text)


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


class Series(TenantOwned, Base):
    """A fixed day each month on which a unit holds one kind of event; it makes the meetings of the months ahead."""

    __tablename__ = "meeting_series"
    __table_args__ = (
        references("unit_id", "unit", ondelete="CASCADE"),
        references("chair_id", "person"),
        references("created_by", "person"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("day between 1 and 31", name="day"),
        CheckConstraint("until is null or until >= since", name="term"),
        # The living series, each night; one of a kind a unit.
        Index(
            "uq_meeting_series_unit_id_kind",
            "tenant_id",
            "unit_id",
            "kind",
            unique=True,
            postgresql_where=text("until is null"),
        ),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, server_default="")
    #: Day of the month; in a shorter month its last day.
    day: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time | None] = mapped_column(Time)
    place: Mapped[str] = mapped_column(Text, server_default="")
    chair_id: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str] = mapped_column(Text)


class Meeting(TenantOwned, Base):
    """An event that is to be held: when, where, what about. What was held is an Event of its own, filled from this."""

    __tablename__ = "meeting"
    __table_args__ = (
        references("unit_id", "unit", ondelete="CASCADE"),
        references("chair_id", "person"),
        references("created_by", "person"),
        references("event_id", "event"),
        references("series_id", "meeting_series", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "form_key"),
        # A series makes a month's meeting once.
        UniqueConstraint("tenant_id", "series_id", "month"),
        CheckConstraint("state in ('planned', 'held', 'cancelled')", name="state"),
        CheckConstraint("(state = 'held') = (event_id is not null)", name="held"),
        CheckConstraint("(state = 'cancelled') = (cancel_reason is not null)", name="cancelled"),
        # The calendar: what is planned, by day.
        Index("ix_meeting_on_date", "tenant_id", "on_date", "id", postgresql_where=text("state = 'planned'")),
        # What a unit has planned of a kind, to fill its record.
        Index("ix_meeting_unit_id_kind", "tenant_id", "unit_id", "kind", "on_date"),
        # The record's own deletion looks here.
        Index("ix_meeting_event_id", "tenant_id", "event_id", postgresql_where=text("event_id is not null")),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    on_date: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time | None] = mapped_column(Time)
    place: Mapped[str] = mapped_column(Text, server_default="")
    chair_id: Mapped[int | None] = mapped_column(BigInteger)
    agenda: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="planned")
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    series_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The month a series made it for, '2026-12'; it stays when the day is moved.
    month: Mapped[str | None] = mapped_column(Text)
    #: Counted up by each change, of which everybody invited is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class Invitation(TenantOwned, Base):
    """One person invited to a meeting, and the answer: comes, or asks for leave with a reason."""

    __tablename__ = "invitation"
    __table_args__ = (
        references("meeting_id", "meeting", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "meeting_id", "person_id"),
        CheckConstraint("answer in ('come', 'leave')", name="answer"),
        CheckConstraint("reason in ('duty', 'sick', 'personal', 'leave', 'other')", name="reason"),
        CheckConstraint("(answer is not distinct from 'leave') = (reason is not null)", name="leave"),
        CheckConstraint("(answer is null) = (answered_at is null)", name="answered"),
        # A person's own coming meetings.
        Index("ix_invitation_person_id", "tenant_id", "person_id"),
    )

    meeting_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
