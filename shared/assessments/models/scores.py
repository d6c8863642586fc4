"""Scores: one line of one unit, counted from the ledger."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, DateTime, Index, Integer, Numeric, SmallInteger, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Score(TenantOwned, Base):
    """One line of one unit, computed from the ledger: of the running year, or of a round."""

    __tablename__ = "assessment_score"
    __table_args__ = (
        references("line_id", "assessment_line"),
        references("unit_id", "unit"),
        references("round_id", "assessment_round", ondelete="CASCADE"),
        UniqueConstraint(
            "tenant_id", "year", "unit_id", "line_id", "round_id", postgresql_nulls_not_distinct=True
        ),
        # All units of one line, for the mean.
        Index("ix_assessment_score_line_id", "tenant_id", "line_id", "year", "round_id"),
    )

    #: The calendar year in which the span begins.
    year: Mapped[int] = mapped_column(SmallInteger)
    #: None: the running sheet of the year.
    round_id: Mapped[int | None] = mapped_column(BigInteger)
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
