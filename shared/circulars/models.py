"""Circulars (通知) that a unit sends to units or people, and each one's receipt: read, replied."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Circular(TenantOwned, Base):
    """What a unit has to say to others, until when, and which answer it wants."""

    __tablename__ = "circular"
    __table_args__ = (
        references("unit_id", "unit"),
        references("from_id", "circular"),
        references("created_by", "person"),
        CheckConstraint("state in ('draft', 'sent', 'withdrawn')", name="state"),
        CheckConstraint("whom in ('units', 'people')", name="whom"),
        CheckConstraint("reply in ('none', 'text', 'choice')", name="reply"),
        CheckConstraint("(reply = 'choice') = (cardinality(choices) > 0)", name="choices"),
        CheckConstraint("(state = 'draft') = (sent_at is null)", name="sent"),
        CheckConstraint("state <> 'withdrawn' or reason <> ''", name="withdrawn"),
        UniqueConstraint("tenant_id", "form_key"),
        # Those of a unit, newest first.
        Index("ix_circular_unit_id", "tenant_id", "unit_id", "id"),
        # A unit passes one on once to its members and once to the units below; who passed it on.
        Index(
            "uq_circular_from_id_unit_id_whom",
            "tenant_id",
            "from_id",
            "unit_id",
            "whom",
            unique=True,
            postgresql_where=text("from_id is not null and state <> 'withdrawn'"),
        ),
    )

    #: The unit that sends it.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: The circular from above that it passes on.
    from_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, server_default="")
    #: units: one receipt a unit, whoever answers for it reads for it; people: one receipt a person.
    whom: Mapped[str] = mapped_column(Text, server_default="units")
    #: shared.audiences.recipients.Audience as JSON, as it was when it was sent.
    audience: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    reply: Mapped[str] = mapped_column(Text, server_default="none")
    choices: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    #: Why it was withdrawn.
    reason: Mapped[str] = mapped_column(Text, server_default="")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: Counted up by each act: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class CircularFile(TenantOwned, Base):
    """A file that goes with a circular; one that is passed on goes with both."""

    __tablename__ = "circular_file"
    __table_args__ = (
        references("circular_id", "circular", ondelete="CASCADE"),
        references("file_id", "file"),
        # Each once; the files of a circular.
        UniqueConstraint("tenant_id", "circular_id", "file_id"),
    )

    circular_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)


class Receipt(TenantOwned, Base):
    """That a circular came to a unit or a person, who read it when, and what was answered."""

    __tablename__ = "receipt"
    __table_args__ = (
        references("circular_id", "circular", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("person_id", "person"),
        references("at_unit_id", "unit"),
        references("read_by", "person"),
        references("replied_by", "person"),
        CheckConstraint("num_nonnulls(unit_id, person_id) = 1", name="recipient"),
        CheckConstraint("(read_at is null) <= (replied_at is null)", name="replied"),
        # Each unit and each person gets a circular once.
        UniqueConstraint("tenant_id", "circular_id", "unit_id"),
        UniqueConstraint("tenant_id", "circular_id", "person_id"),
        # The list of the sender, in the order of units, and its next page.
        Index("ix_receipt_at_unit_id", "tenant_id", "circular_id", "at_unit_id", "id"),
        # What came to a person or a unit, newest first.
        Index("ix_receipt_person_id", "tenant_id", "person_id", "circular_id"),
        Index("ix_receipt_unit_id", "tenant_id", "unit_id", "circular_id"),
    )

    circular_id: Mapped[int] = mapped_column(BigInteger)
    #: Exactly one of the two.
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The unit, or the one through which the person is meant.
    at_unit_id: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    read_by: Mapped[int | None] = mapped_column(BigInteger)
    reply_text: Mapped[str] = mapped_column(Text, server_default="")
    choice: Mapped[str] = mapped_column(Text, server_default="")
    replied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    replied_by: Mapped[int | None] = mapped_column(BigInteger)
    #: The day on which its readers were last told.
    told_on: Mapped[date | None] = mapped_column(Date)
