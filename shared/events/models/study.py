"""学时: hours of study, entered by the person or from an event, signed by whoever organised it."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class StudyHours(TenantOwned, Base):
    """Hours of one person on one day. Shown to the person and summed for the unit; no list orders people by them."""

    __tablename__ = "study_hours"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        references("event_id", "event", ondelete="CASCADE"),
        references("entered_by", "person"),
        references("decided_by", "person"),
        CheckConstraint("form in ('central', 'self', 'practice')", name="form"),
        CheckConstraint("state in ('asked', 'signed', 'refused')", name="state"),
        CheckConstraint("hours > 0 and hours <= 24", name="hours"),
        CheckConstraint("(state = 'asked') = (decided_at is null)", name="decided"),
        # An event gives a person hours once.
        Index(
            "uq_study_hours_event_id_person_id",
            "tenant_id",
            "event_id",
            "person_id",
            unique=True,
            postgresql_where=text("event_id is not null"),
        ),
        # A form sent twice is one entry.
        UniqueConstraint("tenant_id", "form_key", "person_id"),
        # A person's year.
        Index("ix_study_hours_person_id", "tenant_id", "person_id", "on_date"),
        # A unit's sum of a year.
        Index("ix_study_hours_unit_id", "tenant_id", "unit_id", "on_date"),
        # What waits for the organiser.
        Index("ix_study_hours_asked", "tenant_id", "unit_id", "id", postgresql_where=text("state = 'asked'")),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit to which the person belonged on that day.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    on_date: Mapped[date] = mapped_column(Date)
    #: 集中, 自学, 实践.
    form: Mapped[str] = mapped_column(Text)
    #: 学时, one decimal.
    hours: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    subject: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    #: Why it was refused.
    remark: Mapped[str | None] = mapped_column(Text)
    entered_by: Mapped[int | None] = mapped_column(BigInteger)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    form_key: Mapped[str] = mapped_column(Text)
