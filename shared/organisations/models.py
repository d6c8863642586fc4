"""The tree: units with a materialised path."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references
from shared.db.types import Bytewise


class Unit(TenantOwned, Base):
    """A committee, branch, union or group. Its path holds the keys of all above it and its own."""

    __tablename__ = "unit"
    __table_args__ = (
        owned_by_tenant(),
        references("parent_id", "unit"),
        CheckConstraint("line in ('party', 'union')", name="line"),
        CheckConstraint("state in ('active', 'dissolved')", name="state"),
        CheckConstraint(
            "sector in ('organ', 'institution', 'state_enterprise', 'private', 'social')", name="sector"
        ),
        # Everything below a unit: path ^@ prefix; the order of the tree.
        UniqueConstraint("tenant_id", "path"),
        # Children of a unit, and the importer's match by name under one parent.
        Index("ix_unit_parent_id_name", "tenant_id", "parent_id", "name"),
        # The importer's match by full name.
        Index("ix_unit_name", "tenant_id", "name"),
        # Planning: the units a rule applies to.
        Index("ix_unit_kind", "tenant_id", "kind", postgresql_where=text("state = 'active'")),
    )

    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Ids of the ancestors and of the unit, each ten digits and a dot: '0000000007.0000000012.'
    path: Mapped[Bytewise]
    line: Mapped[str] = mapped_column(Text)
    #: A key of shared.organisations.kinds.KINDS.
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    sector: Mapped[str] = mapped_column(Text, server_default="organ")
    founded_on: Mapped[date | None] = mapped_column(Date)
    term_ends_on: Mapped[date | None] = mapped_column(Date)
    #: From when its duties are planned, scored and reminded; periods before are nobody's fault.
    duties_since: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class UnitTerm(TenantOwned, Base):
    """One way to find a unit: its folded name, its pinyin, its initials."""

    __tablename__ = "unit_term"
    __table_args__ = (
        references("unit_id", "unit", ondelete="CASCADE"),
        # Search: term ^@ what was typed.
        Index("ix_unit_term_term", "tenant_id", "term", "unit_id"),
        # Replacing a unit's terms.
        Index("ix_unit_term_unit_id", "tenant_id", "unit_id"),
    )

    term: Mapped[Bytewise]
    unit_id: Mapped[int] = mapped_column(BigInteger)


class UnitChange(TenantOwned, Base):
    """One step of a unit's history (沿革): set up, renamed, moved, changed, dissolved; with its document or reason."""

    __tablename__ = "unit_change"
    __table_args__ = (
        references("unit_id", "unit"),
        CheckConstraint("what in ('set_up', 'rename', 'move', 'change', 'dissolve')", name="what"),
        # A unit's history, newest first.
        Index("ix_unit_change_unit_id", "tenant_id", "unit_id", "on_date", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    what: Mapped[str] = mapped_column(Text)
    on_date: Mapped[date] = mapped_column(Date)
    #: The former name, superior or kind, as it was written then.
    before: Mapped[str] = mapped_column(Text, server_default="")
    after: Mapped[str] = mapped_column(Text, server_default="")
    #: The approving document or why it was done.
    reason: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
