"""Certificates and cards: their templates, the seals on them, and each one that was issued."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Seal(TenantOwned, Base):
    """The picture of a unit's seal. It is put on certificates only, by whoever holds the right at that unit."""

    __tablename__ = "seal"
    __table_args__ = (
        references("unit_id", "unit"),
        references("file_id", "file"),
        references("created_by", "person"),
        CheckConstraint("state in ('active', 'retired')", name="state"),
        UniqueConstraint("tenant_id", "form_key"),
        # The seals of a unit.
        Index("ix_seal_unit_id", "tenant_id", "unit_id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    #: A PNG, sealed with the tenant's key; served at no address but on what bears it.
    file_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class CertificateTemplate(TenantOwned, Base):
    """What a kind of certificate says, with placeholders; the tenant's, offered to all who may issue."""

    __tablename__ = "certificate_template"
    __table_args__ = (
        owned_by_tenant(),
        CheckConstraint("kind in ('honour', 'model_worker', 'course', 'card')", name="kind"),
        CheckConstraint("pages in ('landscape', 'a5-landscape')", name="pages"),
        CheckConstraint("state in ('active', 'retired')", name="state"),
        UniqueConstraint("tenant_id", "form_key"),
        # One name a tenant among those in use.
        Index(
            "uq_certificate_template_name",
            "tenant_id",
            "name",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    #: The large words on top: 荣誉证书.
    heading: Mapped[str] = mapped_column(Text)
    #: Running text; {name}, {unit} … stand for what each certificate says.
    body: Mapped[str] = mapped_column(Text)
    #: Who grants it, under the text.
    issuer: Mapped[str] = mapped_column(Text)
    #: What its numbers begin with.
    prefix: Mapped[str] = mapped_column(Text)
    pages: Mapped[str] = mapped_column(Text, server_default="landscape")
    state: Mapped[str] = mapped_column(Text, server_default="active")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class Certificate(TenantOwned, Base):
    """One certificate: its number, whose it is, and the words it was issued with."""

    __tablename__ = "certificate"
    __table_args__ = (
        references("template_id", "certificate_template"),
        references("unit_id", "unit"),
        references("person_id", "person"),
        references("seal_id", "seal"),
        references("issued_by", "person"),
        references("sealed_by", "person"),
        CheckConstraint("state in ('issued', 'void')", name="state"),
        CheckConstraint("(state = 'void') = (void_reason <> '')", name="void_reason"),
        CheckConstraint("(seal_id is null) = (sealed_at is null)", name="sealed_at"),
        # Numbers of a template and year without a gap.
        UniqueConstraint("tenant_id", "template_id", "year", "serial"),
        # The list, latest first; a unit's.
        Index("ix_certificate_unit_id", "tenant_id", "unit_id", "id"),
        # A person's certificates.
        Index(
            "ix_certificate_person_id",
            "tenant_id",
            "person_id",
            postgresql_where=text("person_id is not null"),
        ),
        # What waits for a seal.
        Index(
            "ix_certificate_unsealed",
            "tenant_id",
            "id",
            postgresql_where=text("seal_id is null and state = 'issued'"),
        ),
        # How often a seal was used.
        Index("ix_certificate_seal_id", "tenant_id", "seal_id", postgresql_where=text("seal_id is not null")),
        # What one form issued: a form sent twice issues once.
        Index("ix_certificate_form_key", "tenant_id", "form_key"),
    )

    template_id: Mapped[int] = mapped_column(BigInteger)
    #: Where it was granted: the person's unit of that day, or the unit whose it is.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: None: it is the unit's.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(SmallInteger)
    serial: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text)
    #: As it was issued: who is named, and the text without placeholders.
    recipient: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    pages: Mapped[str] = mapped_column(Text)
    #: What the placeholders of this template were given.
    words: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    granted_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="issued")
    void_reason: Mapped[str] = mapped_column(Text, server_default="")
    seal_id: Mapped[int | None] = mapped_column(BigInteger)
    sealed_by: Mapped[int | None] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    issued_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)
