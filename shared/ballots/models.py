"""Polls with their items and check-off lists, and the secret ballots of the schema `ballots`.

The running system reads and writes polls; of ballots it may only call the functions of that schema (ADR 0033).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Poll(TenantOwned, Base):
    """One vote by secret ballot of one unit: drafted, opened, closed, made known; its state never goes back."""

    __tablename__ = "poll"
    __table_args__ = (
        references("unit_id", "unit"),
        references("created_by", "person"),
        references("again_of_id", "poll"),
        references("event_id", "event"),
        CheckConstraint("way in ('screen', 'paper')", name="way"),
        CheckConstraint("state in ('draft', 'open', 'closed', 'published', 'void')", name="state"),
        CheckConstraint("minimum >= 3", name="minimum"),
        CheckConstraint("seats is null or seats between 1 and 100", name="seats"),
        CheckConstraint("closes_at > opens_at", name="span"),
        UniqueConstraint("tenant_id", "form_key"),
        # The polls of a unit, newest first.
        Index("ix_poll_unit_id", "tenant_id", "unit_id", "id"),
        # What can be voted on now.
        Index("ix_poll_open", "tenant_id", "closes_at", postgresql_where=text("state = 'open'")),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.ballots.kinds.
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    explanation: Mapped[str] = mapped_column(Text, server_default="")
    #: screen: on the own page; paper: printed, counted by two people.
    way: Mapped[str] = mapped_column(Text)
    #: How many may be chosen or elected; None where each item is judged by itself.
    seats: Mapped[int | None] = mapped_column(SmallInteger)
    #: Fewer ballots of a class than this are not shown.
    minimum: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    opens_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closes_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: The vote of which this is a further run.
    again_of_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Of an appraisal: until when members write of themselves, and the record of the meeting that heard each other.
    self_until: Mapped[date | None] = mapped_column(Date)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class PollItem(TenantOwned, Base):
    """What is judged or chosen: a person, or a text. In the order of the ballot, which is never that of the votes."""

    __tablename__ = "poll_item"
    __table_args__ = (
        references("poll_id", "poll", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "poll_id", "ordinal"),
    )

    poll_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(BigInteger)


class PollClass(TenantOwned, Base):
    """A class of voters beside the members: named people, or on paper a number of heads. Fixed at opening."""

    __tablename__ = "poll_class"
    __table_args__ = (
        references("poll_id", "poll", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "poll_id", "key"),
        CheckConstraint("heads is null or heads between 1 and 100000", name="heads"),
    )

    poll_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.ballots.kinds.CLASSES.
    key: Mapped[str] = mapped_column(Text)
    #: How many vote on paper without being named; None: those of the check-off list.
    heads: Mapped[int | None] = mapped_column(Integer)


class PollVoter(TenantOwned, Base):
    """The check-off list: who may vote, fixed at opening, and who has. No time, and nothing that leads to a ballot."""

    __tablename__ = "poll_voter"
    __table_args__ = (
        references("poll_id", "poll", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "poll_id", "person_id"),
        # What waits for a person.
        Index("ix_poll_voter_person_id", "tenant_id", "person_id", postgresql_where=text("not voted")),
    )

    poll_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.ballots.kinds.CLASSES.
    voter_class: Mapped[str] = mapped_column(Text)
    voted: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class PollCount(TenantOwned, Base):
    """What one person counted of paper ballots; the result stands when two people counted the same."""

    __tablename__ = "poll_count"
    __table_args__ = (
        references("poll_id", "poll", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "poll_id", "person_id", "voter_class"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("returned <= issued and invalid <= returned and invalid >= 0", name="ballots"),
    )

    poll_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    voter_class: Mapped[str] = mapped_column(Text, server_default="members")
    issued: Mapped[int] = mapped_column(Integer)
    returned: Mapped[int] = mapped_column(Integer)
    invalid: Mapped[int] = mapped_column(Integer)
    #: {item key: {choice: votes}}; names written in under 'w': {name: votes}.
    totals: Mapped[dict[str, Any]] = mapped_column(JSONB)
    form_key: Mapped[str] = mapped_column(Text)


class PollGrade(TenantOwned, Base):
    """The grade that the committee gave a person after an appraisal; told to that person only."""

    __tablename__ = "poll_grade"
    __table_args__ = (
        references("poll_id", "poll", ondelete="CASCADE"),
        references("person_id", "person"),
        references("decided_by", "person"),
        UniqueConstraint("tenant_id", "poll_id", "person_id"),
        # The own grades of a person.
        Index("ix_poll_grade_person_id", "tenant_id", "person_id", "decided_on"),
    )

    poll_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    #: One of the choices of the poll's kind.
    grade: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_on: Mapped[date] = mapped_column(Date)
    #: When the person was told; what was told stands.
    told_on: Mapped[date | None] = mapped_column(Date)


class SelfReview(TenantOwned, Base):
    """What a member wrote of the own year for an appraisal (自评); the member and who runs the vote read it."""

    __tablename__ = "poll_self_review"
    __table_args__ = (
        references("poll_id", "poll", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "poll_id", "person_id"),
        # The own texts of a person.
        Index("ix_poll_self_review_person_id", "tenant_id", "person_id"),
    )

    poll_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    #: When it was handed in; until then only the member reads it.
    handed_on: Mapped[date | None] = mapped_column(Date)


def _sealed(name: str, *columns: Column[Any]) -> Table:
    """A table of the schema `ballots`: random keys, no identity, no time, nothing of the voter."""
    return Table(
        name,
        Base.metadata,
        Column("tenant_id", BigInteger, primary_key=True),
        Column("code", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
        Column("poll_id", BigInteger, nullable=False),
        *columns,
        ForeignKeyConstraint(["tenant_id", "poll_id"], ["poll.tenant_id", "poll.id"]),
        Index(f"ix_{name}_poll_id", "tenant_id", "poll_id"),
        schema="ballots",
    )


#: The ballots, and the codes of those counted; neither knows the other. Only the functions of the schema touch them.
BALLOT = _sealed(
    "ballot", Column("voter_class", Text, nullable=False), Column("answers", JSONB, nullable=False)
)
RECEIPT = _sealed("receipt")
