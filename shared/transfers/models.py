"""Transfers of the relationship (组织关系转接): inside the tenant, to another tenant, to outside with a letter."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import OPEN_TENANT, Base, TenantOwned, references
from shared.db.types import PARTIAL_PATTERN, Partial, PartialDate


class Transfer(TenantOwned, Base):
    """One person's way from a unit to another. Whether it is overdue is never stored: it depends on today."""

    __tablename__ = "transfer"
    __table_args__ = (
        references("person_id", "person"),
        references("from_unit_id", "unit"),
        references("to_unit_id", "unit"),
        references("asked_by", "person"),
        references("decided_by", "person"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("line in ('party', 'union')", name="line"),
        CheckConstraint("route in ('inside', 'tenant', 'outside')", name="route"),
        CheckConstraint("direction in ('out', 'in')", name="direction"),
        CheckConstraint("state in ('sent', 'accepted', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'sent') = (decided_at is null)", name="decided"),
        CheckConstraint("direction = 'in' or from_unit_id is not null", name="from_unit"),
        CheckConstraint("direction = 'in' or person_id is not null", name="person"),
        CheckConstraint(f"dues_paid_to ~ '{PARTIAL_PATTERN}'", name="dues_paid_to"),
        # One open transfer a person and line.
        Index(
            "uq_transfer_person_id",
            "tenant_id",
            "person_id",
            "line",
            unique=True,
            postgresql_where=text("state = 'sent'"),
        ),
        # The same message from outside is taken once.
        Index(
            "uq_transfer_exchange",
            "tenant_id",
            "exchange_tenant_id",
            "exchange_id",
            unique=True,
            postgresql_where=text("exchange_id is not null"),
        ),
        # The list of a tenant, newest first; what waits, the oldest first.
        Index("ix_transfer_state", "tenant_id", "state", "id"),
        # The transfers of a unit.
        Index("ix_transfer_from_unit_id", "tenant_id", "from_unit_id"),
        Index("ix_transfer_to_unit_id", "tenant_id", "to_unit_id"),
    )

    line: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)
    #: None: somebody who comes from another tenant and is not yet received.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    from_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    to_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The other end outside this tenant, in words.
    other_name: Mapped[str] = mapped_column(Text, server_default="")
    #: On a letter to outside: the unit that the person goes to, below the organisation addressed.
    other_unit: Mapped[str] = mapped_column(Text, server_default="")
    #: Where the relationship stood before it was sent (a key of RELATIONS); a refusal gives it back.
    relation_before: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="sent")
    #: The day from which the person belongs to the receiver.
    effective_on: Mapped[date] = mapped_column(Date)
    #: After this day nobody can accept it any more.
    expires_on: Mapped[date] = mapped_column(Date)
    dues_paid_to: Mapped[PartialDate | None] = mapped_column(Partial)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    #: What the receiver answered.
    reply: Mapped[str] = mapped_column(Text, server_default="")
    #: The number of the national system, where the transfer runs there too.
    external_no: Mapped[str] = mapped_column(Text, server_default="")
    exchange_tenant_id: Mapped[int | None] = mapped_column(BigInteger)
    exchange_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    form_key: Mapped[str] = mapped_column(Text)


class Letter(TenantOwned, Base):
    """The three-part paper (存根, 介绍信, 回执) of a transfer to outside; a reissue is a new letter."""

    __tablename__ = "letter"
    __table_args__ = (
        references("transfer_id", "transfer"),
        references("file_id", "file"),
        references("job_id", "job"),
        references("unit_id", "unit"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("valid_days between 1 and 180", name="valid_days"),
        CheckConstraint("receipt_on is null or receipt_on >= issued_on", name="receipt_on"),
        # The letters of a transfer; those whose receipt has not come.
        Index("ix_letter_transfer_id", "tenant_id", "transfer_id"),
        Index(
            "ix_letter_waiting",
            "tenant_id",
            "expires_on",
            "id",
            postgresql_where=text("receipt_on is null and void_on is null"),
        ),
    )

    transfer_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit that sends.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: Number within the tenant and year: 2026-0001.
    number: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date] = mapped_column(Date)
    valid_days: Mapped[int] = mapped_column(SmallInteger)
    expires_on: Mapped[date] = mapped_column(Date)
    receipt_on: Mapped[date | None] = mapped_column(Date)
    #: Who handled it at the receiving organisation.
    receipt_by: Mapped[str] = mapped_column(Text, server_default="")
    void_on: Mapped[date | None] = mapped_column(Date)
    void_reason: Mapped[str] = mapped_column(Text, server_default="")
    #: Address and telephone of the sending committee, as printed.
    contact: Mapped[str] = mapped_column(Text, server_default="")
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    #: A form sent twice is one letter.
    form_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Exchange(Base):
    """What one tenant hands to another: the only row that two tenants see.

    tenant_id is the sender's. Both may read it; the sender inserts and withdraws; the receiver may change only state,
    reply and receiving unit (column grants and policies, migration 0002). The payload is sealed with a key of this
    row, which the instance key wraps; the receiver seals what it takes with its own.
    """

    __tablename__ = "exchange"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "id"),
        CheckConstraint("line in ('party', 'union')", name="line"),
        CheckConstraint("state in ('sent', 'accepted', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("tenant_id <> receiver_id", name="two_tenants"),
        CheckConstraint("expires_on >= effective_on", name="validity"),
        # What has come in; what was answered.
        Index("ix_exchange_receiver_id", "receiver_id", "state", "id"),
    )

    tenant_id: Mapped[int] = mapped_column(
        ForeignKey("platform.tenant.id"), server_default=text(OPEN_TENANT), sort_order=-2
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), sort_order=-1)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("platform.tenant.id"))
    #: The receiver's published unit, and the one it chose at acceptance.
    wanted_unit_id: Mapped[int] = mapped_column(BigInteger)
    receiving_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    line: Mapped[str] = mapped_column(Text)
    #: Names of the two ends as they stood when it was sent.
    sender_name: Mapped[str] = mapped_column(Text)
    receiver_name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="sent")
    reply: Mapped[str] = mapped_column(Text, server_default="")
    effective_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
