"""What a tenant makes of the papers: its own header line, its own name for a paper, a section of its own."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Letterhead(TenantOwned, Base):
    """Own words on one kind of paper, or on all that have none of their own ('')."""

    __tablename__ = "letterhead"
    __table_args__ = (
        owned_by_tenant(),
        references("changed_by", "person"),
        CheckConstraint("place in ('before', 'after')", name="place"),
        CheckConstraint("state in ('draft', 'active', 'retired')", name="state"),
        UniqueConstraint("tenant_id", "form_key"),
        # One in use a kind of paper.
        Index(
            "uq_letterhead_report",
            "tenant_id",
            "report",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    #: A key of the catalogue of papers; '': every paper without one of its own.
    report: Mapped[str] = mapped_column(Text, server_default="")
    #: Stands on top of every page, and in place of the paper's name.
    header: Mapped[str] = mapped_column(Text, server_default="")
    name: Mapped[str] = mapped_column(Text, server_default="")
    #: A section of its own: heading, and text with placeholders (shared.letterheads.actions.sandbox).
    heading: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Text, server_default="")
    place: Mapped[str] = mapped_column(Text, server_default="after")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    changed_by: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)
