"""What was held: one row an event, its attendance, and every later correction."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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
        references("signed_by", "person"),
        references("joint_event_id", "event"),
        references("batch_id", "import_batch"),
        CheckConstraint("signed_how in ('seat', 'paper')", name="signed_how"),
        CheckConstraint("(signed_on is null) = (signed_how is null)", name="signed"),
        CheckConstraint("joint_event_id <> id", name="joint"),
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
        # The records that the units of a joint event have filed beside the host's.
        Index(
            "ix_event_joint_event_id",
            "tenant_id",
            "joint_event_id",
            postgresql_where=text("joint_event_id is not null"),
        ),
        # What an import of the past has filed, for its undo.
        Index("ix_event_batch_id", "tenant_id", "batch_id", postgresql_where=text("batch_id is not null")),
        # What is or was made public, the latest first.
        Index(
            "ix_event_publication",
            "tenant_id",
            "held_on",
            "id",
            postgresql_where=text("kind = 'publication' and state = 'filed'"),
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
    #: Whose signature closed the minutes, when, and how: by the own seat, or on the paper that the office keeps.
    signed_by: Mapped[int | None] = mapped_column(BigInteger)
    signed_on: Mapped[date | None] = mapped_column(Date)
    signed_how: Mapped[str | None] = mapped_column(Text)
    #: The host's record, if this is another unit's part of a joint event; each unit keeps its own roll.
    joint_event_id: Mapped[int | None] = mapped_column(BigInteger)
    #: 补录: entered from the office's own ledger of the past, by that import; scored only where the tenant says so.
    backfilled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
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
        references("made_up_by", "person"),
        CheckConstraint("reason in ('duty', 'sick', 'personal', 'leave', 'other')", name="reason"),
        CheckConstraint("made_up_on is null or not present", name="made_up"),
        # What a person attended.
        Index("ix_attendance_person_id", "tenant_id", "person_id"),
        # Who has still to make up for it, record by record.
        Index(
            "ix_attendance_to_make_up",
            "tenant_id",
            "event_id",
            postgresql_where=text("not present and made_up_on is null"),
        ),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    present: Mapped[bool]
    #: 公差 病假 事假 休假 其他; set only for the absent.
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    #: 补课: when an absent person made up for it, how, and who says so.
    made_up_on: Mapped[date | None] = mapped_column(Date)
    made_up_how: Mapped[str | None] = mapped_column(Text)
    made_up_by: Mapped[int | None] = mapped_column(BigInteger)
    #: What the person says about it until the organiser confirms: the day and the way.
    made_up_asked_on: Mapped[date | None] = mapped_column(Date)
    made_up_asked_how: Mapped[str | None] = mapped_column(Text)


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
