"""The book of dues: what went up to the superior, income and spending, the employer's contribution."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references
from shared.dues.models.columns import FIRST_OF_MONTH, Money, Share


class Turnover(TenantOwned, Base):
    """What a unit hands over to the unit above for a quarter. `unit_id` is the receiving unit, which confirms it."""

    __tablename__ = "dues_turnover"
    __table_args__ = (
        references("unit_id", "unit"),
        references("from_unit_id", "unit"),
        CheckConstraint("stream in ('party_fee', 'union_fee', 'employer')", name="stream"),
        CheckConstraint("state in ('sent', 'received')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        UniqueConstraint("tenant_id", "from_unit_id", "stream", "period"),
        # What waits at the unit above.
        Index("ix_dues_turnover_unit_id", "tenant_id", "unit_id", "state", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    from_unit_id: Mapped[int] = mapped_column(BigInteger)
    stream: Mapped[str] = mapped_column(Text)
    #: '2026-Q4'.
    period: Mapped[str] = mapped_column(Text)
    #: What came in in the quarter, and the share of it that goes up.
    collected: Mapped[Money]
    share_up: Mapped[Share]
    amount: Mapped[Money]
    state: Mapped[str] = mapped_column(Text, server_default="sent")
    sent_on: Mapped[date] = mapped_column(Date)
    received_on: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[int | None] = mapped_column(BigInteger)


class Entry(TenantOwned, Base):
    """One line of a unit's book. Nothing is changed or removed: a mistake is reversed by a line of its own."""

    __tablename__ = "dues_entry"
    __table_args__ = (
        references("unit_id", "unit"),
        references("receipt_id", "dues_receipt"),
        references("turnover_id", "dues_turnover"),
        references("reverses", "dues_entry"),
        CheckConstraint("account in ('party', 'union')", name="account"),
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("reverses is not null or receipt_id is not null or amount > 0", name="sign"),
        UniqueConstraint("tenant_id", "form_key"),
        # A receipt and a hand-over stand in a book once.
        UniqueConstraint("tenant_id", "receipt_id"),
        UniqueConstraint("tenant_id", "turnover_id", "unit_id"),
        UniqueConstraint("tenant_id", "reverses"),
        # The book, in its order.
        Index("ix_dues_entry_unit_id", "tenant_id", "unit_id", "account", "on_date", "id"),
        # What an employer has paid for a month.
        Index(
            "ix_dues_entry_for_month",
            "tenant_id",
            "unit_id",
            "for_month",
            postgresql_where=text("for_month is not null"),
        ),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str] = mapped_column(Text)
    on_date: Mapped[date] = mapped_column(Date)
    direction: Mapped[str] = mapped_column(Text)
    #: A key of shared.dues.classes.CATEGORIES.
    category: Mapped[str] = mapped_column(Text)
    amount: Mapped[Money]
    text: Mapped[str] = mapped_column(Text, server_default="")
    document: Mapped[str] = mapped_column(Text, server_default="")
    receipt_id: Mapped[int | None] = mapped_column(BigInteger)
    turnover_id: Mapped[int | None] = mapped_column(BigInteger)
    reverses: Mapped[int | None] = mapped_column(BigInteger)
    #: Of an employer's contribution: the month it is for.
    for_month: Mapped[date | None] = mapped_column(Date)
    form_key: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )


class EmployerMonth(TenantOwned, Base):
    """The employer's total wages of a month and what they ask; entered anew, the former stays as replaced."""

    __tablename__ = "dues_employer_month"
    __table_args__ = (
        references("unit_id", "unit"),
        CheckConstraint(FIRST_OF_MONTH.format("month"), name="month"),
        CheckConstraint("wages between 0 and 99999999999.99", name="wages"),
        CheckConstraint("kept + turned_up = payable", name="split"),
        Index(
            "uq_dues_employer_month_unit_id",
            "tenant_id",
            "unit_id",
            "month",
            unique=True,
            postgresql_where=text("replaced_at is null"),
        ),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    month: Mapped[date] = mapped_column(Date)
    wages: Mapped[Money]
    rate: Mapped[Share]
    share_up: Mapped[Share]
    payable: Mapped[Money]
    #: What stays with the unit, and what goes up.
    kept: Mapped[Money]
    turned_up: Mapped[Money]
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
