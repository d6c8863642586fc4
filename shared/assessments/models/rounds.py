"""Rounds of assessment: who takes part, what they say of themselves, who reviews, what it came to."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Round(TenantOwned, Base):
    """One assessment of the units below one unit by one version of a scheme.

    open: the units say their own marks and show evidence; review: reviewers mark; confirmed: the marks stand and are
    counted no more; published: the units see the result and may appeal; final.
    """

    __tablename__ = "assessment_round"
    __table_args__ = (
        references("scheme_id", "assessment_scheme"),
        references("unit_id", "unit"),
        references("created_by", "person"),
        references("confirmed_by", "person"),
        CheckConstraint(
            "state in ('open', 'review', 'confirmed', 'published', 'final', 'withdrawn')", name="state"
        ),
        CheckConstraint("period in ('year', 'half', 'quarter')", name="period"),
        CheckConstraint("ends_on > starts_on", name="span"),
        CheckConstraint("review_until >= self_until and appeal_until >= review_until", name="steps"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list, newest first.
        Index("ix_assessment_round_unit_id", "tenant_id", "unit_id", "id"),
    )

    scheme_id: Mapped[int] = mapped_column(BigInteger)
    #: Who holds it; units below that the scheme measures take part.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Text)
    #: What is assessed; within one calendar year, both days included.
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    self_until: Mapped[date] = mapped_column(Date)
    review_until: Mapped[date] = mapped_column(Date)
    appeal_until: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: Why it was withdrawn.
    reason: Mapped[str] = mapped_column(Text, server_default="")
    #: Changes of the ledger until this instant have been counted; None: everything is still to be counted.
    swept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: Grows with each change.
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    confirmed_by: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    final_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    form_key: Mapped[str] = mapped_column(Text)


class Entry(TenantOwned, Base):
    """A unit in a round, and once it is confirmed what it came to."""

    __tablename__ = "assessment_entry"
    __table_args__ = (
        references("round_id", "assessment_round", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("handed_in_by", "person"),
        references("graded_by", "person"),
        CheckConstraint("state in ('open', 'handed_in', 'returned', 'reviewed')", name="state"),
        CheckConstraint("told between 0 and 2", name="told"),
        UniqueConstraint("tenant_id", "round_id", "unit_id"),
        # A unit's own rounds.
        Index("ix_assessment_entry_unit_id", "tenant_id", "unit_id", "id"),
    )

    round_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: What was said when it was returned.
    remark: Mapped[str] = mapped_column(Text, server_default="")
    handed_in_by: Mapped[int | None] = mapped_column(BigInteger)
    handed_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: How far the reminders of the last day have come: 0 none, 1 the unit, 2 the unit that holds the round.
    told: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    #: At confirmation: marks had (bonus included), marks that could be had, and the per cent of it.
    earned: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    possible: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    rate: Mapped[Decimal | None] = mapped_column(Numeric(7, 3))
    #: A veto is raised; at confirmation.
    vetoed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: A key of the scheme's grading; given by rule, or by hand with a reason.
    grade: Mapped[str | None] = mapped_column(Text)
    #: Why a grade was given by hand; '' for one by rule.
    grade_reason: Mapped[str] = mapped_column(Text, server_default="")
    #: Why the rule gave it, as shared.assessments.grades says; {} before it did.
    grade_why: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: Who gave it by hand; such a grade stays when the rule runs again.
    graded_by: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer, server_default="1")


class Mark(TenantOwned, Base):
    """What people say of one line of one unit in a round: the unit itself, then the reviewer."""

    __tablename__ = "assessment_mark"
    __table_args__ = (
        references("round_id", "assessment_round", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("line_id", "assessment_line"),
        references("given_by", "person"),
        references("poll_id", "poll"),
        CheckConstraint("self_points between 0 and most", name="self_points"),
        CheckConstraint("points between 0 and most", name="points"),
        CheckConstraint("not not_applicable or points is null", name="not_applicable"),
        CheckConstraint("not self_not_applicable or self_points is null", name="self_not_applicable"),
        UniqueConstraint("tenant_id", "round_id", "unit_id", "line_id"),
        # One line across units.
        Index("ix_assessment_mark_line_id", "tenant_id", "line_id", "round_id"),
    )

    round_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int] = mapped_column(BigInteger)
    #: The line's full marks; what is given never exceeds it.
    most: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    self_points: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    self_text: Mapped[str] = mapped_column(Text, server_default="")
    #: The unit asks that the line be left out, for the reason in `self_text`; the reviewer decides.
    self_not_applicable: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: What the reviewer gave; None: not reviewed yet.
    points: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    #: The line leaves this unit's denominator, for the reason in `remark`.
    not_applicable: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: Of a veto line: it is raised, for the reason in `remark`.
    raised: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    remark: Mapped[str] = mapped_column(Text, server_default="")
    given_by: Mapped[int | None] = mapped_column(BigInteger)
    given_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: The ballot that gave the points of a rating line.
    poll_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer, server_default="1")


class Proof(TenantOwned, Base):
    """Evidence for one line of one unit in a round: a file, a record of the ledger, or words."""

    __tablename__ = "assessment_proof"
    __table_args__ = (
        references("round_id", "assessment_round", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("line_id", "assessment_line"),
        references("file_id", "file"),
        references("event_id", "event"),
        references("added_by", "person"),
        CheckConstraint("num_nonnulls(file_id, event_id) <= 1", name="one"),
        CheckConstraint("file_id is not null or event_id is not null or note <> ''", name="something"),
        UniqueConstraint("tenant_id", "form_key"),
        # What lies behind a unit's lines.
        Index("ix_assessment_proof_unit_id", "tenant_id", "round_id", "unit_id", "line_id"),
    )

    round_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, server_default="")
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class Reviewer(TenantOwned, Base):
    """Who reviews what in a round: all lines of one unit, or one line across the units."""

    __tablename__ = "assessment_reviewer"
    __table_args__ = (
        references("round_id", "assessment_round", ondelete="CASCADE"),
        references("person_id", "person"),
        references("unit_id", "unit"),
        references("line_id", "assessment_line"),
        CheckConstraint("num_nonnulls(unit_id, line_id) = 1", name="one"),
        UniqueConstraint(
            "tenant_id", "round_id", "person_id", "unit_id", "line_id", postgresql_nulls_not_distinct=True
        ),
        # What waits for a person.
        Index("ix_assessment_reviewer_person_id", "tenant_id", "person_id", "round_id"),
    )

    round_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    line_id: Mapped[int | None] = mapped_column(BigInteger)


class Appeal(TenantOwned, Base):
    """A unit objects to a published line or result, and is answered."""

    __tablename__ = "assessment_appeal"
    __table_args__ = (
        references("round_id", "assessment_round", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("line_id", "assessment_line"),
        references("made_by", "person"),
        references("answered_by", "person"),
        CheckConstraint("state in ('open', 'upheld', 'refused')", name="state"),
        CheckConstraint("state = 'open' or answer <> ''", name="answered"),
        UniqueConstraint("tenant_id", "form_key"),
        # The appeals of a round, oldest first.
        Index("ix_assessment_appeal_round_id", "tenant_id", "round_id", "id"),
    )

    round_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: None: the result as a whole.
    line_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    answer: Mapped[str] = mapped_column(Text, server_default="")
    #: The line's marks before and after, where it was upheld.
    points_before: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    points_after: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    form_key: Mapped[str] = mapped_column(Text)


class Honour(TenantOwned, Base):
    """What a superior awarded to a unit; a grading may give a grade for it."""

    __tablename__ = "assessment_honour"
    __table_args__ = (
        references("unit_id", "unit"),
        references("created_by", "person"),
        CheckConstraint("level in ('national', 'province', 'city', 'county', 'unit')", name="level"),
        UniqueConstraint("tenant_id", "form_key"),
        # A unit's honours, the latest first.
        Index("ix_assessment_honour_unit_id", "tenant_id", "unit_id", "granted_on"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[str] = mapped_column(Text)
    granted_on: Mapped[date] = mapped_column(Date)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)
