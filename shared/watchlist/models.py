"""Units on the watch-list (软弱涣散): why, their own plan, month by month, and how they come off it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class WatchEntry(TenantOwned, Base):
    """One unit on the list, from the decision to the agreement of two people that it comes off."""

    __tablename__ = "watch_entry"
    __table_args__ = (
        references("unit_id", "unit"),
        references("leader_id", "person"),
        references("secretary_id", "person"),
        references("applied_by", "person"),
        references("approved_by", "person"),
        references("closed_by", "person"),
        CheckConstraint("state in ('listed', 'applied', 'reviewed', 'off', 'void')", name="state"),
        CheckConstraint("until >= decided_on", name="span"),
        # Two distinct people agree, neither the one who applied.
        CheckConstraint(
            "approved_by is null or (applied_by is not null and approved_by <> applied_by)",
            name="first_approver",
        ),
        CheckConstraint(
            "closed_by is null or (approved_by is not null and closed_by <> approved_by"
            " and closed_by <> applied_by)",
            name="second_approver",
        ),
        CheckConstraint("state <> 'reviewed' or approved_by is not null", name="reviewed"),
        CheckConstraint("(state = 'off') = (closed_by is not null and closed_on is not null)", name="closed"),
        UniqueConstraint("tenant_id", "form_key"),
        # A unit stands on the list once at a time.
        Index(
            "uq_watch_entry_unit_id",
            "tenant_id",
            "unit_id",
            unique=True,
            postgresql_where=text("state in ('listed', 'applied', 'reviewed')"),
        ),
        # The list, what is to be put right first at the top.
        Index("ix_watch_entry_until", "tenant_id", "until", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="listed")
    decided_on: Mapped[date] = mapped_column(Date)
    #: Who decided it, or the paper it stands in.
    decision: Mapped[str] = mapped_column(Text, server_default="")
    #: By when it is to be put right; a year more where it does not hold.
    until: Mapped[date] = mapped_column(Date)
    #: 联系领导 and 第一书记.
    leader_id: Mapped[int | None] = mapped_column(BigInteger)
    secretary_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Counted up when it stays a year longer or comes back.
    turn: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    applied_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_on: Mapped[date | None] = mapped_column(Date)
    #: The latest month whose missing progress has been told, by its first day.
    told_for: Mapped[date | None] = mapped_column(Date)
    #: Counted up by each act: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class WatchCondition(TenantOwned, Base):
    """One condition by which a unit came onto the list, with what the ledger or a paper said then."""

    __tablename__ = "watch_condition"
    __table_args__ = (
        references("entry_id", "watch_entry", ondelete="CASCADE"),
        references("checked_by", "person"),
        UniqueConstraint("tenant_id", "entry_id", "key"),
    )

    entry_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.watchlist.conditions.
    key: Mapped[str] = mapped_column(Text)
    #: What the ledger said: days, counts and kinds, never a person.
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: What it is based on where the ledger cannot say it.
    basis: Mapped[str] = mapped_column(Text, server_default="")
    #: Found to hold no longer, by whoever checked last in this turn.
    gone: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    checked_by: Mapped[int | None] = mapped_column(BigInteger)


class WatchMeasure(TenantOwned, Base):
    """One line of the unit's own plan: the problem, what is done about it, who answers, by when."""

    __tablename__ = "watch_measure"
    __table_args__ = (
        references("entry_id", "watch_entry", ondelete="CASCADE"),
        references("owner_id", "person"),
        UniqueConstraint("tenant_id", "form_key"),
        # The plan of an entry in its order.
        Index("ix_watch_measure_entry_id", "tenant_id", "entry_id", "id"),
    )

    entry_id: Mapped[int] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    form_key: Mapped[str] = mapped_column(Text)


class WatchMonth(TenantOwned, Base):
    """What a unit on the list did in one month."""

    __tablename__ = "watch_month"
    __table_args__ = (
        references("entry_id", "watch_entry", ondelete="CASCADE"),
        references("person_id", "person"),
        CheckConstraint("extract(day from month) = 1", name="first_day"),
        UniqueConstraint("tenant_id", "entry_id", "month"),
    )

    entry_id: Mapped[int] = mapped_column(BigInteger)
    #: Its first day.
    month: Mapped[date] = mapped_column(Date)
    progress: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class WatchNote(TenantOwned, Base):
    """One act on an entry."""

    __tablename__ = "watch_note"
    __table_args__ = (
        references("entry_id", "watch_entry", ondelete="CASCADE"),
        references("person_id", "person"),
        CheckConstraint(
            "act in ('list', 'apply', 'approve', 'off', 'return', 'stay', 'back', 'change', 'void')",
            name="act",
        ),
        UniqueConstraint("tenant_id", "form_key"),
        # The story of an entry.
        Index("ix_watch_note_entry_id", "tenant_id", "entry_id", "id"),
    )

    entry_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)
