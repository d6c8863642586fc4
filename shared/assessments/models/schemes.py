"""Assessment schemes: sheets of lines in versions, and how their totals become grades."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
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
    """An assessment sheet: for which units, from where its lines come, and how a total becomes a grade.

    A draft may be changed; what was issued never is: a change is a new version, and a round keeps the one it began
    with.
    """

    __tablename__ = "assessment_scheme"
    __table_args__ = (
        owned_by_tenant(),
        references("created_by", "person"),
        UniqueConstraint("tenant_id", "key", "version"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("state in ('draft', 'issued', 'retired')", name="state"),
        CheckConstraint("state = 'issued' or not enabled", name="enabled"),
        CheckConstraint("total > 0 and bonus_cap >= 0", name="marks"),
    )

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
    #: Of the issued versions of a key, the one that counts the running year.
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    state: Mapped[str] = mapped_column(Text, server_default="issued")
    #: What the lines add up to, without bonus and veto lines; and how much all bonus lines together may add.
    total: Mapped[Decimal] = mapped_column(Numeric(6, 2), server_default="100")
    bonus_cap: Mapped[Decimal] = mapped_column(Numeric(6, 2), server_default="5")
    #: How a rate becomes a grade: shared.assessments.grades; {} gives none.
    grading: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: Grows with each change of the draft.
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    issued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    form_key: Mapped[str | None] = mapped_column(Text)


class Line(TenantOwned, Base):
    """One line of a sheet: full marks, and the metric that says how much is lost."""

    __tablename__ = "assessment_line"
    __table_args__ = (
        references("scheme_id", "assessment_scheme", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "scheme_id", "ordinal"),
        CheckConstraint("kind in ('count', 'evidence', 'rating', 'must', 'bonus', 'veto')", name="kind"),
        CheckConstraint("full_marks > 0 or kind = 'veto'", name="full_marks"),
        CheckConstraint("rule in ('deduct', 'below', 'tiers', 'whole')", name="rule"),
    )

    scheme_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    #: Lines of one heading stand together.
    heading: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    #: What is asked and how it is marked, in the tenant's words.
    standard: Mapped[str] = mapped_column(Text, server_default="")
    #: count: from the ledger; evidence: shown and reviewed; rating: from a ballot; must: whole or nothing; bonus: on
    #: top, up to full_marks; veto: raised with its proof, or because a line of params.sources has no mark left.
    kind: Mapped[str] = mapped_column(Text)
    full_marks: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    #: A key of shared.assessments.metrics.METRICS; None: nothing in the ledger to count yet.
    metric: Mapped[str | None] = mapped_column(Text)
    #: How a count becomes marks. deduct: per_missing, per_made_up, per_flaw; below: per_percent under params.line per
    #: cent; tiers: params.tiers [[at least per cent, marks], …]; whole: all done or nothing.
    rule: Mapped[str] = mapped_column(Text, server_default="deduct")
    #: What the metric counts, and what the rule takes off, in marks.
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
