"""What is to be held: fixed days, meetings, invitations and their answers."""

from datetime import date, datetime, time

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
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


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
    #: 扫码签到, offered and never required: what the code of the day holds, and until when it is taken.
    checkin_key: Mapped[str | None] = mapped_column(Text)
    checkin_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
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
    #: When the person signed in by the meeting's code.
    checked_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
