"""Template tables issued to units, what each filled in, and its story."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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

from shared.db import Base, TenantOwned, references


class ReturnTable(TenantOwned, Base):
    """A table that a unit asks other units to fill in: its columns, for whom, until when."""

    __tablename__ = "return_table"
    __table_args__ = (
        references("unit_id", "unit"),
        references("from_id", "return_table"),
        references("plan_item_id", "plan_item"),
        references("created_by", "person"),
        CheckConstraint("layout in ('row', 'list')", name="layout"),
        CheckConstraint("state in ('draft', 'issued', 'closed', 'withdrawn')", name="state"),
        CheckConstraint("(state in ('issued', 'closed')) <= (due_on is not null)", name="issued"),
        CheckConstraint("state <> 'withdrawn' or reason <> ''", name="withdrawn"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list, newest first.
        Index("ix_return_table_unit_id", "tenant_id", "unit_id", "id"),
        # What is still being filled in, for the reminders.
        Index("ix_return_table_open", "tenant_id", "due_on", "id", postgresql_where=text("state = 'issued'")),
        # Which item of a plan asks for it; what was started from it.
        Index(
            "ix_return_table_plan_item_id",
            "tenant_id",
            "plan_item_id",
            postgresql_where=text("plan_item_id is not null"),
        ),
        Index(
            "ix_return_table_from_id", "tenant_id", "from_id", postgresql_where=text("from_id is not null")
        ),
    )

    #: The unit that asks.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    #: What the units should know before they fill it in.
    remark: Mapped[str] = mapped_column(Text, server_default="")
    #: row: one row a unit; list: as many rows as the unit has.
    layout: Mapped[str] = mapped_column(Text)
    #: [{key, label, kind, measure, required, least, most, hint, choices, known}], see shared.returns.columns.
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    #: The table it was started from; its values are offered to whoever fills this one in.
    from_id: Mapped[int | None] = mapped_column(BigInteger)
    plan_item_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    issued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_on: Mapped[date | None] = mapped_column(Date)
    #: Why it was withdrawn.
    reason: Mapped[str] = mapped_column(Text, server_default="")
    #: Counted up by each act: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class Filling(TenantOwned, Base):
    """One unit's copy of an issued table."""

    __tablename__ = "filling"
    __table_args__ = (
        references("return_id", "return_table"),
        references("unit_id", "unit"),
        references("saved_by", "person"),
        references("handed_by", "person"),
        CheckConstraint("state in ('open', 'handed_in', 'taken', 'returned')", name="state"),
        CheckConstraint("(state in ('handed_in', 'taken')) <= (handed_at is not null)", name="handed_in"),
        CheckConstraint("told between 0 and 2", name="told"),
        # Each unit gets a table once; the table's own list.
        UniqueConstraint("tenant_id", "return_id", "unit_id"),
        # A unit's tables, newest first.
        Index("ix_filling_unit_id", "tenant_id", "unit_id", "id"),
        # What is still to be handed in.
        Index(
            "ix_filling_open",
            "tenant_id",
            "return_id",
            "id",
            postgresql_where=text("state in ('open', 'returned')"),
        ),
    )

    return_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: The rows as texts by key of column: canonical where they are valid, as they were typed in a draft.
    rows: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default="[]")
    note: Mapped[str] = mapped_column(Text, server_default="")
    saved_by: Mapped[int | None] = mapped_column(BigInteger)
    saved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    handed_by: Mapped[int | None] = mapped_column(BigInteger)
    #: When it was last handed in.
    handed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: A unit between has looked at it (一级抓一级).
    checked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: How far the reminders of its last day have come: 0 none, 1 the unit, 2 the unit that asks.
    told: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class FillingNote(TenantOwned, Base):
    """One act on a unit's copy: handed in, returned, checked, taken in."""

    __tablename__ = "filling_note"
    __table_args__ = (
        references("filling_id", "filling", ondelete="CASCADE"),
        references("person_id", "person"),
        CheckConstraint("act in ('hand_in', 'return', 'check', 'take')", name="act"),
        UniqueConstraint("tenant_id", "filling_id", "form_key"),
        # The story of a copy.
        Index("ix_filling_note_filling_id", "tenant_id", "filling_id", "id"),
    )

    filling_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)
