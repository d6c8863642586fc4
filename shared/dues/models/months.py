"""The months: what was payable, charge by charge, and what was collected."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references
from shared.dues.models.columns import FIRST_OF_MONTH, MaybeMoney, Money


class DuesSheet(TenantOwned, Base):
    """What a unit's members are asked for in one month. Open: drawn up as often as wanted. Closed: frozen."""

    __tablename__ = "dues_sheet"
    __table_args__ = (
        references("unit_id", "unit"),
        UniqueConstraint("tenant_id", "unit_id", "month"),
        CheckConstraint(FIRST_OF_MONTH.format("month"), name="month"),
        CheckConstraint("state in ('open', 'closed')", name="state"),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed"),
        # A month over all units.
        Index("ix_dues_sheet_month", "tenant_id", "month", "unit_id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    month: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: To what the amounts of this month are rounded, half up: 0.01, 0.1 or 1 yuan; corrections keep it.
    rounding: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    drawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[int | None] = mapped_column(BigInteger)


class Charge(TenantOwned, Base):
    """One line of a sheet: what a person is asked for a month. A correction names the closed month it mends."""

    __tablename__ = "dues_charge"
    __table_args__ = (
        references("sheet_id", "dues_sheet"),
        references("unit_id", "unit"),
        references("person_id", "person"),
        references("relief_id", "dues_relief"),
        # Drawing twice asks nothing twice.
        UniqueConstraint("tenant_id", "sheet_id", "person_id", "for_month"),
        # What a person owes, month by month.
        Index("ix_dues_charge_person_id", "tenant_id", "person_id", "line", "for_month"),
        # What a unit is owed.
        Index("ix_dues_charge_unit_id", "tenant_id", "unit_id", "for_month"),
    )

    sheet_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[str] = mapped_column(Text)
    for_month: Mapped[date] = mapped_column(Date)
    payer_class: Mapped[str] = mapped_column(Text)
    base: Mapped[MaybeMoney]
    rate: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    #: What the rule asks, before a relief.
    full_amount: Mapped[Money]
    #: What is asked here: of a correction the difference, which may be negative.
    payable: Mapped[Money]
    relief_id: Mapped[int | None] = mapped_column(BigInteger)


class Receipt(TenantOwned, Base):
    """One act of collecting: money that came in, on a day, by a way; its payments say for whom and which months."""

    __tablename__ = "dues_receipt"
    __table_args__ = (
        references("unit_id", "unit"),
        references("reverses", "dues_receipt"),
        # A form sent twice is collected once.
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("(reverses is null) = (total >= 0)", name="total"),
        # Taken back once only.
        Index(
            "uq_dues_receipt_reverses",
            "tenant_id",
            "reverses",
            unique=True,
            postgresql_where=text("reverses is not null"),
        ),
        # The book and the turn-over of a span.
        Index("ix_dues_receipt_unit_id", "tenant_id", "unit_id", "paid_on", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[str] = mapped_column(Text)
    paid_on: Mapped[date] = mapped_column(Date)
    #: A key of shared.dues.classes.WAYS.
    way: Mapped[str] = mapped_column(Text)
    total: Mapped[Money]
    people: Mapped[int] = mapped_column(Integer)
    #: The receipt that this one takes back, and why.
    reverses: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    form_key: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )


class Payment(TenantOwned, Base):
    """A part of a receipt: one person's money for one month; before the month's sheet it is paid in advance."""

    __tablename__ = "dues_payment"
    __table_args__ = (
        references("receipt_id", "dues_receipt"),
        references("unit_id", "unit"),
        references("person_id", "person"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(FIRST_OF_MONTH.format("month"), name="month"),
        UniqueConstraint("tenant_id", "receipt_id", "person_id", "month"),
        # What a person has paid, month by month.
        Index("ix_dues_payment_person_id", "tenant_id", "person_id", "line", "month"),
        # What a unit has collected for a month.
        Index("ix_dues_payment_unit_id", "tenant_id", "unit_id", "month"),
    )

    receipt_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[str] = mapped_column(Text)
    month: Mapped[date] = mapped_column(Date)
    amount: Mapped[Money]
    #: Who brought the money, where it was somebody else.
    payer: Mapped[str] = mapped_column(Text, server_default="")
