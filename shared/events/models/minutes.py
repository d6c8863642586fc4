"""The minutes: drafts on their way to the chair's signature, and what a record holds in rows of its own."""

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


class Minutes(TenantOwned, Base):
    """Minutes that are not filed yet: a draft, lying with the chair, or sent back. Filed, they are an Event."""

    __tablename__ = "minutes"
    __table_args__ = (
        references("unit_id", "unit"),
        references("due_item_id", "due_item"),
        references("meeting_id", "meeting"),
        references("chair_id", "person"),
        references("event_id", "event"),
        references("created_by", "person"),
        references("saved_by", "person"),
        CheckConstraint("state in ('draft', 'sent', 'returned', 'filed', 'dropped')", name="state"),
        CheckConstraint("(state = 'filed') = (event_id is not null)", name="filed"),
        UniqueConstraint("tenant_id", "form_key"),
        # One living draft for a due item.
        Index(
            "uq_minutes_due_item_id",
            "tenant_id",
            "due_item_id",
            unique=True,
            postgresql_where=text("due_item_id is not null and state in ('draft', 'sent', 'returned')"),
        ),
        # A unit's unfinished minutes.
        Index(
            "ix_minutes_unit_id",
            "tenant_id",
            "unit_id",
            "id",
            postgresql_where=text("state in ('draft', 'sent', 'returned')"),
        ),
        # What waits for a person's signature.
        Index("ix_minutes_chair_id", "tenant_id", "chair_id", postgresql_where=text("state = 'sent'")),
        Index("ix_minutes_event_id", "tenant_id", "event_id", postgresql_where=text("event_id is not null")),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    due_item_id: Mapped[int | None] = mapped_column(BigInteger)
    meeting_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The form as it was last saved: field → what was written, lists for what is ticked.
    body: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    held_on: Mapped[date | None] = mapped_column(Date)
    #: Who is to sign.
    chair_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    #: Why the chair sent it back.
    remark: Mapped[str | None] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    saved_by: Mapped[int | None] = mapped_column(BigInteger)
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: Counted up by each save: two people writing at once, the second sees the difference and merges.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    #: The form key of the record that it becomes.
    form_key: Mapped[str] = mapped_column(Text)


class Guest(TenantOwned, Base):
    """列席: somebody who sat in without belonging to the roll; of this tenant's people or by name only."""

    __tablename__ = "guest"
    __table_args__ = (
        references("event_id", "event", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "event_id", "ordinal"),
        # Where a person sat in.
        Index("ix_guest_person_id", "tenant_id", "person_id", postgresql_where=text("person_id is not null")),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    #: Unit and office, as the minutes say it.
    remark: Mapped[str] = mapped_column(Text, server_default="")


class Vote(TenantOwned, Base):
    """表决: one matter put to the vote, counted against who was due and who was there."""

    __tablename__ = "vote"
    __table_args__ = (
        references("event_id", "event", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "event_id", "ordinal"),
        CheckConstraint(
            "yes >= 0 and no >= 0 and abstain >= 0 and written >= 0 and due_count >= 0 and present_count >= 0",
            name="counts",
        ),
        CheckConstraint("present_count <= due_count", name="present_count"),
        CheckConstraint("yes + no + abstain <= present_count + written", name="cast"),
        CheckConstraint("present_count + written <= due_count", name="written"),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    matter: Mapped[str] = mapped_column(Text)
    #: The rule it was judged by: a key of shared.events.voting.
    rule: Mapped[str] = mapped_column(Text)
    #: 无记名.
    secret: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: Those who may vote, and of them those present; not the roll's counts where somebody has no vote.
    due_count: Mapped[int] = mapped_column(Integer)
    present_count: Mapped[int] = mapped_column(Integer)
    #: Votes, those in writing from the absent among them.
    yes: Mapped[int] = mapped_column(Integer)
    no: Mapped[int] = mapped_column(Integer, server_default="0")
    abstain: Mapped[int] = mapped_column(Integer, server_default="0")
    #: 书面意见 of the absent that count as cast.
    written: Mapped[int] = mapped_column(Integer, server_default="0")
    #: By what paper some with a vote were left out of those due; '' where nobody was.
    basis: Mapped[str] = mapped_column(Text, server_default="")
    passed: Mapped[bool]


class Resolution(TenantOwned, Base):
    """决议: what was resolved, who does it until when, and how it ended. Followed until it is done."""

    __tablename__ = "resolution"
    __table_args__ = (
        references("event_id", "event"),
        references("unit_id", "unit"),
        references("owner_id", "person"),
        references("ended_by", "person"),
        UniqueConstraint("tenant_id", "event_id", "ordinal"),
        CheckConstraint("state in ('open', 'done', 'dropped')", name="state"),
        CheckConstraint("(state = 'open') = (ended_on is null)", name="ended"),
        # What is open, by day: the list, the reminders.
        Index("ix_resolution_open", "tenant_id", "due_on", "id", postgresql_where=text("state = 'open'")),
        # A unit's resolutions.
        Index("ix_resolution_unit_id", "tenant_id", "unit_id", "id"),
        # What a person has to do.
        Index("ix_resolution_owner_id", "tenant_id", "owner_id", postgresql_where=text("state = 'open'")),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: What was done, or why it was dropped.
    outcome: Mapped[str | None] = mapped_column(Text)
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    #: When it was said that this day has passed; a new day is said anew.
    told_on: Mapped[date | None] = mapped_column(Date)


class JointOffer(TenantOwned, Base):
    """A unit that the host of a joint event has named; it takes the record over with its own roll, or declines."""

    __tablename__ = "joint_offer"
    __table_args__ = (
        references("event_id", "event", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("taken_event_id", "event"),
        references("answered_by", "person"),
        UniqueConstraint("tenant_id", "event_id", "unit_id"),
        CheckConstraint("state in ('asked', 'taken', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'taken') = (taken_event_id is not null)", name="taken"),
        # What a unit is asked.
        Index("ix_joint_offer_unit_id", "tenant_id", "unit_id", postgresql_where=text("state = 'asked'")),
        Index(
            "ix_joint_offer_taken_event_id",
            "tenant_id",
            "taken_event_id",
            postgresql_where=text("taken_event_id is not null"),
        ),
    )

    event_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    taken_event_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
