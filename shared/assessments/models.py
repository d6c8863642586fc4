"""Sheets that score a unit's duties from its ledger. Nothing here is about a person."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Scheme(TenantOwned, Base):
    """An assessment sheet: for which units, and from where its lines come."""

    __tablename__ = "assessment_scheme"
    __table_args__ = (owned_by_tenant(), UniqueConstraint("tenant_id", "key", "version"))

    key: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    name: Mapped[str] = mapped_column(Text)
    #: {"unit_kinds": […], "sectors": […]}
    applies: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(Text)
    #: Days after the year's end on which it is still counted; then it stands.
    settle_days: Mapped[int] = mapped_column(SmallInteger, server_default="31")
    #: Changes of the ledger until this instant have been counted; None: everything is still to be counted.
    swept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class Line(TenantOwned, Base):
    """One line of a sheet: full marks, and the metric that says how much is lost."""

    __tablename__ = "assessment_line"
    __table_args__ = (
        references("scheme_id", "assessment_scheme"),
        UniqueConstraint("tenant_id", "scheme_id", "ordinal"),
        CheckConstraint("kind in ('count', 'evidence', 'rating')", name="kind"),
        CheckConstraint("full_marks > 0", name="full_marks"),
    )

    scheme_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    #: Lines of one heading stand together.
    heading: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    full_marks: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    #: A key of shared.assessments.metrics.METRICS; None: nothing in the ledger to count yet.
    metric: Mapped[str | None] = mapped_column(Text)
    #: What the metric counts, and what is lost per_missing, per_made_up and per_flaw; in marks.
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class Score(TenantOwned, Base):
    """One line of one unit in one year, computed from the ledger."""

    __tablename__ = "assessment_score"
    __table_args__ = (
        references("line_id", "assessment_line"),
        references("unit_id", "unit"),
        UniqueConstraint("tenant_id", "year", "unit_id", "line_id"),
        # All units of one line, for the mean.
        Index("ix_assessment_score_line_id", "tenant_id", "line_id", "year"),
    )

    year: Mapped[int] = mapped_column(SmallInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int] = mapped_column(BigInteger)
    #: What was asked of the unit until the day it was counted, and what of it was done.
    due_count: Mapped[int] = mapped_column(Integer)
    done_count: Mapped[int] = mapped_column(Integer)
    #: Of the done: made up after their time, and filed without a field that counts.
    made_up_count: Mapped[int] = mapped_column(Integer, server_default="0")
    flawed_count: Mapped[int] = mapped_column(Integer, server_default="0")
    #: None: the line does not apply and leaves the denominator.
    points: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
