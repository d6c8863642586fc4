"""What dues are reckoned by: rates and shares by date, the base of each person, reliefs granted."""

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

from shared.db import Base, TenantOwned, owned_by_tenant, references
from shared.dues.models.columns import FIRST_OF_MONTH, MaybeMoney, Money, Share


class DuesRule(TenantOwned, Base):
    """One bracket of one class of payers: a share of the whole base, or a fixed amount; with source and validity."""

    __tablename__ = "dues_rule"
    __table_args__ = (
        owned_by_tenant(),
        # A shipped bracket comes in once; a tenant's own amount stands beside it.
        UniqueConstraint("tenant_id", "line", "payer_class", "above", "origin", "valid_from"),
        CheckConstraint("line in ('party', 'union')", name="line"),
        CheckConstraint("origin in ('pack', 'tenant')", name="origin"),
        CheckConstraint("level in ('national', 'province', 'city', 'unit')", name="level"),
        CheckConstraint("num_nonnulls(rate, amount) = 1", name="rate_or_amount"),
        CheckConstraint("rate between 0 and 0.2", name="rate"),
        CheckConstraint("amount between least and most", name="amount"),
        CheckConstraint("up_to > above", name="bracket"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
    )

    line: Mapped[str] = mapped_column(Text)
    #: A key of shared.dues.classes.CLASSES.
    payer_class: Mapped[str] = mapped_column(Text)
    #: The bracket: above < base <= up_to; None: no upper bound. A base of 0 lies in the first, whose `above` is -1.
    above: Mapped[Money]
    up_to: Mapped[MaybeMoney]
    rate: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    #: The base counts in whole steps; what is left over is not counted (the union's 10 yuan).
    step: Mapped[Decimal] = mapped_column(Numeric(14, 2), server_default="0.01")
    amount: Mapped[MaybeMoney]
    #: Within which a province or tenant may fix the amount.
    least: Mapped[MaybeMoney]
    most: Mapped[MaybeMoney]
    level: Mapped[str] = mapped_column(Text)
    #: Where it stands, and how sure that is (A official, B institution, C third party, K unconfirmed).
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, server_default="pack")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class DuesSplit(TenantOwned, Base):
    """Which share of a stream goes up to the superior organisation, from one day to another. Local data."""

    __tablename__ = "dues_split"
    __table_args__ = (
        owned_by_tenant(),
        UniqueConstraint("tenant_id", "stream", "origin", "valid_from"),
        CheckConstraint("stream in ('party_fee', 'union_fee', 'employer')", name="stream"),
        CheckConstraint("origin in ('pack', 'tenant')", name="origin"),
        CheckConstraint("level in ('national', 'province', 'city', 'unit')", name="level"),
        CheckConstraint("share_up between 0 and 1", name="share_up"),
        CheckConstraint("rate between 0 and 0.2", name="rate"),
        CheckConstraint("(stream = 'employer') = (rate is not null)", name="employer"),
    )

    stream: Mapped[str] = mapped_column(Text)
    share_up: Mapped[Share]
    #: Of the employer's contribution: its share of total wages.
    rate: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    level: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, server_default="pack")
    valid_from: Mapped[date] = mapped_column(Date)


class DuesBase(TenantOwned, Base):
    """On what a person pays from one month on. Entered anew for the same month it replaces the former, which stays."""

    __tablename__ = "dues_base"
    __table_args__ = (
        references("person_id", "person"),
        CheckConstraint("line in ('party', 'union')", name="line"),
        CheckConstraint("amount between 0 and 9999999.99", name="amount"),
        CheckConstraint(FIRST_OF_MONTH.format("from_month"), name="from_month"),
        # The base of a month: the latest that began by then.
        Index(
            "uq_dues_base_person_id",
            "tenant_id",
            "person_id",
            "line",
            "from_month",
            unique=True,
            postgresql_where=text("replaced_at is null"),
        ),
        # The history of a person.
        Index("ix_dues_base_history", "tenant_id", "person_id", "line", "from_month", "id"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[str] = mapped_column(Text)
    payer_class: Mapped[str] = mapped_column(Text)
    #: Yuan a month; None where the class pays a fixed amount.
    amount: Mapped[MaybeMoney]
    from_month: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(Text, server_default="")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Relief(TenantOwned, Base):
    """A reduction or exemption: asked by the branch with a reason, decided by the organisation above."""

    __tablename__ = "dues_relief"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        CheckConstraint("line in ('party', 'union')", name="line"),
        CheckConstraint("kind in ('reduction', 'exemption')", name="kind"),
        CheckConstraint("state in ('asked', 'approved', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("(kind = 'reduction') = (amount is not null)", name="amount"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("until_month >= from_month", name="term"),
        CheckConstraint(FIRST_OF_MONTH.format("from_month"), name="from_month"),
        CheckConstraint(FIRST_OF_MONTH.format("until_month"), name="until_month"),
        UniqueConstraint("tenant_id", "form_key"),
        # What a month's sheet takes off a person.
        Index("ix_dues_relief_person_id", "tenant_id", "person_id", "from_month"),
        # What waits for a decision; few.
        Index("ix_dues_relief_asked", "tenant_id", "id", postgresql_where=text("state = 'asked'")),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    #: What is still paid a month.
    amount: Mapped[MaybeMoney]
    from_month: Mapped[date] = mapped_column(Date)
    until_month: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    form_key: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str] = mapped_column(Text, server_default="")
