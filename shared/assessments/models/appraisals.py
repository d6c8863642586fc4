"""述职评议考核: what a unit reports on a year's Party work, what is said of it, and what it comes to."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Appraisal(TenantOwned, Base):
    """One unit's yearly report and its appraisal by the unit above. Of the unit's work: no person stands here.

    open: the report is written; handed_in; graded: the grade stands; published: the unit reads it.
    """

    __tablename__ = "appraisal"
    __table_args__ = (
        references("unit_id", "unit"),
        references("holder_id", "unit"),
        references("poll_id", "poll"),
        references("round_id", "assessment_round"),
        references("handed_in_by", "person"),
        references("given_by", "person"),
        CheckConstraint("state in ('open', 'handed_in', 'graded', 'published')", name="state"),
        CheckConstraint("year between 2000 and 2200", name="year"),
        CheckConstraint("superior between 0 and 100", name="superior"),
        UniqueConstraint("tenant_id", "unit_id", "year"),
        # All of a holder's year.
        Index("ix_appraisal_holder_id", "tenant_id", "holder_id", "year"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: Who appraises.
    holder_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    report_until: Mapped[date] = mapped_column(Date)
    #: {section: text}, sections of shared/assessments/composition.
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    handed_in_by: Mapped[int | None] = mapped_column(BigInteger)
    handed_in_on: Mapped[date | None] = mapped_column(Date)
    #: The ballot held on the report, and the round whose rate is the daily part.
    poll_id: Mapped[int | None] = mapped_column(BigInteger)
    round_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The superior's part in per cent, and the one comment.
    superior: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    comment: Mapped[str] = mapped_column(Text, server_default="")
    given_by: Mapped[int | None] = mapped_column(BigInteger)
    #: What each part counts, as it was when it was opened: {part: per cent}.
    weights: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: At grading: what each part came to in per cent, and all together.
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    total: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    grade: Mapped[str | None] = mapped_column(Text)
    grade_why: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
