"""Dues (党费, 会费): who pays on what base, what a month asks, what was collected, reliefs, and the unit's book.

Every sum is NUMERIC(14, 2); nothing is ever computed in floating point. What a closed month asked is never overwritten:
a later change of a base stands as a correction in a later month.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

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

from shared.db import Base, TenantOwned, owned_by_tenant, references

Money = Annotated[Decimal, mapped_column(Numeric(14, 2))]
MaybeMoney = Annotated[Decimal | None, mapped_column(Numeric(14, 2))]
#: A share of a sum: 0.005 is half a per cent.
Share = Annotated[Decimal, mapped_column(Numeric(9, 6))]

_FIRST_OF_MONTH = "extract(day from {0}) = 1"


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
        CheckConstraint(_FIRST_OF_MONTH.format("from_month"), name="from_month"),
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
        CheckConstraint(_FIRST_OF_MONTH.format("from_month"), name="from_month"),
        CheckConstraint(_FIRST_OF_MONTH.format("until_month"), name="until_month"),
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


class DuesSheet(TenantOwned, Base):
    """What a unit's members are asked for in one month. Open: drawn up as often as wanted. Closed: frozen."""

    __tablename__ = "dues_sheet"
    __table_args__ = (
        references("unit_id", "unit"),
        UniqueConstraint("tenant_id", "unit_id", "month"),
        CheckConstraint(_FIRST_OF_MONTH.format("month"), name="month"),
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
        CheckConstraint(_FIRST_OF_MONTH.format("month"), name="month"),
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
        CheckConstraint(_FIRST_OF_MONTH.format("month"), name="month"),
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
