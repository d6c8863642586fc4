"""Tenants and what the platform knows of them. Schema `platform`: no tenant's content."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import OPEN_TENANT, Base, TenantOwned, owned_by_tenant


class Tenant(Base):
    """One bureau or union. Visible to itself, to its logins and in the platform scope."""

    __tablename__ = "tenant"
    __table_args__ = (
        CheckConstraint("kind in ('bureau', 'union')", name="kind"),
        CheckConstraint("state in ('active', 'suspended')", name="state"),
        {"schema": "platform"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    #: Since when it is in this state; a reopened tenant sends no backlog older than this.
    state_since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: The tenant's data key, wrapped by the instance key (shared.sealing).
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: The key before, while its values are sealed anew (jiceng keys rotate); None otherwise.
    former_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: How many bytes of files it may keep; sized by the operator.
    quota_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text(str(5 * 1024**3)))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Usage(Base):
    """Sizes of a tenant, written by the tenant's own job; all that the operator sees of it."""

    __tablename__ = "usage"
    __table_args__ = ({"schema": "platform"},)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("platform.tenant.id"), primary_key=True)
    units: Mapped[int] = mapped_column(BigInteger, server_default="0")
    people: Mapped[int] = mapped_column(BigInteger, server_default="0")
    events: Mapped[int] = mapped_column(BigInteger, server_default="0")
    file_bytes: Mapped[int] = mapped_column(BigInteger, server_default="0")
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Receiver(Base):
    """A unit that a tenant shows to the others by its own choice, so that a transfer can be sent to it."""

    __tablename__ = "receiver"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "unit_id"),
        CheckConstraint("line in ('party', 'union')", name="line"),
        # The list to choose from.
        Index("ix_receiver_line", "line", "tenant_name", "unit_name"),
        {"schema": "platform"},
    )

    tenant_id: Mapped[int] = mapped_column(
        ForeignKey("platform.tenant.id"), server_default=text(OPEN_TENANT), sort_order=-1
    )
    unit_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[str] = mapped_column(Text)
    #: As published; a later renaming is published again.
    tenant_name: Mapped[str] = mapped_column(Text)
    unit_name: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class OperatorAudit(Base):
    """What the platform operator did. Append-only."""

    __tablename__ = "operator_audit"
    __table_args__ = ({"schema": "platform"},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    login_id: Mapped[int | None] = mapped_column(BigInteger)
    verb: Mapped[str] = mapped_column(Text)
    tenant_id: Mapped[int | None] = mapped_column(BigInteger)
    detail: Mapped[dict[str, object]] = mapped_column(JSONB, server_default="{}")


class Setting(TenantOwned, Base):
    """One choice of a tenant: a key of shared.tenants.settings.SETTINGS and its value."""

    __tablename__ = "setting"
    __table_args__ = (owned_by_tenant(), UniqueConstraint("tenant_id", "key"))

    key: Mapped[str] = mapped_column(Text)
    value: Mapped[dict[str, object]] = mapped_column(JSONB)
