"""Segments: a choice of recipients that is kept and used again."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Segment(TenantOwned, Base):
    """A named audience of a unit's office; whom it comes to is looked up each time it is used."""

    __tablename__ = "segment"
    __table_args__ = (
        references("unit_id", "unit", ondelete="CASCADE"),
        references("created_by", "person"),
        # One of a name a unit; also the list of a unit's segments.
        UniqueConstraint("tenant_id", "unit_id", "name"),
        # A form sent twice is one segment.
        UniqueConstraint("tenant_id", "form_key"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    #: shared.audiences.recipients.Audience as JSON.
    filter: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
