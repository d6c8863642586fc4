"""The tree: units with a materialised path, their former shapes, their terms, and the links between the two lines."""

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
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references
from shared.db.types import Bytewise


class Unit(TenantOwned, Base):
    """A committee, branch, union or group. Its path holds the keys of all above it and its own."""

    __tablename__ = "unit"
    __table_args__ = (
        owned_by_tenant(),
        references("parent_id", "unit"),
        references("followed_by", "unit"),
        CheckConstraint("ended_on is null or state = 'dissolved'", name="ended_on"),
        CheckConstraint("staff_count >= 0", name="staff_count"),
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
    #: 统一社会信用代码 and the number of the legal-person certificate (会员实名制, domain facts §11).
    credit_code: Mapped[str | None] = mapped_column(Text)
    legal_number: Mapped[str | None] = mapped_column(Text)
    #: Employees of the employer, of whom the members are a part.
    staff_count: Mapped[int | None] = mapped_column(Integer)
    founded_on: Mapped[date | None] = mapped_column(Date)
    #: The end of the present term, a granted postponement included; shared.organisations.models.Tenure says how.
    term_ends_on: Mapped[date | None] = mapped_column(Date)
    #: From when its duties are planned, scored and reminded; periods before are nobody's fault.
    duties_since: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    #: When it was dissolved, and the unit that continues it (承接); its ledger stays its own.
    ended_on: Mapped[date | None] = mapped_column(Date)
    followed_by: Mapped[int | None] = mapped_column(BigInteger)
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
        references("reform_id", "reform"),
        CheckConstraint(
            "what in ('set_up', 'rename', 'move', 'change', 'split', 'merge', 'hand_over', 'dissolve', 'undo')",
            name="what",
        ),
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
    reform_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class UnitVersion(TenantOwned, Base):
    """How a unit stood in the tree from one day (included) to another (not included): what the tree was on a day.

    Written by shared.organisations.actions.history.write_versions from the unit's row, never by hand.
    """

    __tablename__ = "unit_version"
    __table_args__ = (
        references("unit_id", "unit", ondelete="CASCADE"),
        references("parent_id", "unit", ondelete="CASCADE"),
        references("began_by", "reform"),
        references("ended_by", "reform"),
        CheckConstraint("until is null or until >= since", name="term"),
        # One living version a unit.
        Index(
            "uq_unit_version_unit_id",
            "tenant_id",
            "unit_id",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        # A unit's versions in order; the tree on a day reads them all.
        Index("ix_unit_version_unit_id_since", "tenant_id", "unit_id", "since"),
        # The parent's own deletion takes them along.
        Index("ix_unit_version_parent_id", "tenant_id", "parent_id"),
        # What a reform changed, for its undo.
        Index(
            "ix_unit_version_began_by", "tenant_id", "began_by", postgresql_where=text("began_by is not null")
        ),
        Index(
            "ix_unit_version_ended_by", "tenant_id", "ended_by", postgresql_where=text("ended_by is not null")
        ),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    #: The reforms that began and ended it; None: a single change.
    began_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)


class UnitLink(TenantOwned, Base):
    """A Party unit that leads a union unit (党建带工建), from one day to another."""

    __tablename__ = "unit_link"
    __table_args__ = (
        references("party_unit_id", "unit", ondelete="CASCADE"),
        references("union_unit_id", "unit", ondelete="CASCADE"),
        CheckConstraint("until is null or until >= since", name="term"),
        # A union unit is led by one Party unit at a time.
        Index(
            "uq_unit_link_union_unit_id",
            "tenant_id",
            "union_unit_id",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        # The union units that a Party unit leads.
        Index("ix_unit_link_party_unit_id", "tenant_id", "party_unit_id"),
    )

    party_unit_id: Mapped[int] = mapped_column(BigInteger)
    union_unit_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)


class Tenure(TenantOwned, Base):
    """One term of a unit's committee (届). The living one's end stands in unit.term_ends_on."""

    __tablename__ = "tenure"
    __table_args__ = (
        references("unit_id", "unit", ondelete="CASCADE"),
        CheckConstraint("ends_on > began_on", name="term"),
        CheckConstraint("postponed_to is null or postponed_to > ends_on", name="postponed_to"),
        CheckConstraint("closed_on is null or closed_on >= began_on", name="closed_on"),
        CheckConstraint("number > 0", name="number"),
        # One living term a unit.
        Index(
            "uq_tenure_unit_id",
            "tenant_id",
            "unit_id",
            unique=True,
            postgresql_where=text("closed_on is null"),
        ),
        # A unit's terms, newest first.
        Index("ix_tenure_unit_id_began_on", "tenant_id", "unit_id", "began_on"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: 第几届; None where nobody knows.
    number: Mapped[int | None] = mapped_column(SmallInteger)
    began_on: Mapped[date] = mapped_column(Date)
    #: The regular end; postponed_to is the end with the superior's approval, at most a year later.
    ends_on: Mapped[date] = mapped_column(Date)
    postponed_to: Mapped[date | None] = mapped_column(Date)
    postponed_by: Mapped[str] = mapped_column(Text, server_default="")
    #: The document that approved the election.
    document: Mapped[str] = mapped_column(Text, server_default="")
    closed_on: Mapped[date | None] = mapped_column(Date)
