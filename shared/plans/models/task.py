"""Tasks: what one unit has to do of a plan, its story, and who helps."""

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

from shared.db import Base, TenantOwned, references


class Task(TenantOwned, Base):
    """What one unit has to do of a plan: assigned from above, accepted, worked on, done, confirmed."""

    __tablename__ = "task"
    __table_args__ = (
        references("plan_id", "plan"),
        references("plan_item_id", "plan_item"),
        references("parent_id", "task"),
        references("unit_id", "unit"),
        references("by_unit_id", "unit"),
        references("owner_id", "person"),
        references("assigned_by", "person"),
        CheckConstraint(
            "state in ('assigned', 'accepted', 'returned', 'done', 'confirmed', 'withdrawn')", name="state"
        ),
        CheckConstraint("percent between 0 and 100", name="percent"),
        CheckConstraint("due_on >= begins_on", name="span"),
        CheckConstraint("told between 0 and 2", name="told"),
        CheckConstraint("(plan_item_id is null) or (plan_id is not null)", name="item"),
        # An item is given to a unit, or to a post of it, once; passed on, it is another task below it.
        Index(
            "uq_task_plan_item_id_unit_id",
            "tenant_id",
            "plan_item_id",
            "unit_id",
            "post",
            unique=True,
            postgresql_where=text("plan_item_id is not null and state <> 'withdrawn'"),
        ),
        # A unit's tasks; what is open, by day.
        Index("ix_task_unit_id", "tenant_id", "unit_id", "id"),
        Index(
            "ix_task_open",
            "tenant_id",
            "due_on",
            "id",
            postgresql_where=text("state in ('assigned', 'accepted', 'returned', 'done')"),
        ),
        # What was passed on; what a person has to do; what a plan has become.
        Index("ix_task_parent_id", "tenant_id", "parent_id", postgresql_where=text("parent_id is not null")),
        Index("ix_task_owner_id", "tenant_id", "owner_id", postgresql_where=text("owner_id is not null")),
        Index("ix_task_plan_id", "tenant_id", "plan_id", postgresql_where=text("plan_id is not null")),
    )

    plan_id: Mapped[int | None] = mapped_column(BigInteger)
    plan_item_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The task of the unit above of which this is a part (一级抓一级).
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit that asks for it and confirms it.
    by_unit_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text, server_default="")
    deliverable: Mapped[str] = mapped_column(Text, server_default="")
    proof: Mapped[str] = mapped_column(Text, server_default="")
    standard: Mapped[str] = mapped_column(Text, server_default="")
    begins_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    #: The post of the unit to which it is given (shared.members.posts); '': to the unit as a whole.
    post: Mapped[str] = mapped_column(Text, server_default="")
    #: 牵头 within the unit.
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    duty_kind: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="assigned")
    percent: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    assigned_by: Mapped[int | None] = mapped_column(BigInteger)
    assigned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: When it was last said to be done.
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: How far the reminders of its last day have come: 0 none, 1 the unit, 2 the unit that asks for it.
    told: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    #: Counted up by each act: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class TaskNote(TenantOwned, Base):
    """One act on a task: accepted, how far, done, returned, confirmed; with what proves it."""

    __tablename__ = "task_note"
    __table_args__ = (
        references("task_id", "task", ondelete="CASCADE"),
        references("person_id", "person"),
        references("event_id", "event"),
        references("file_id", "file"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint(
            "act in ('accept', 'refuse', 'progress', 'done', 'return', 'confirm', 'withdraw', 'change', 'pass_on')",
            name="act",
        ),
        # The story of a task.
        Index("ix_task_note_task_id", "tenant_id", "task_id", "id"),
        # Where a file and a record stand as proof.
        Index("ix_task_note_file_id", "tenant_id", "file_id", postgresql_where=text("file_id is not null")),
        Index(
            "ix_task_note_event_id", "tenant_id", "event_id", postgresql_where=text("event_id is not null")
        ),
    )

    task_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    percent: Mapped[int | None] = mapped_column(SmallInteger)
    #: A record of the ledger, or a file, that proves it.
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[str] = mapped_column(Text, server_default="")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class TaskHelper(TenantOwned, Base):
    """配合: a unit or a person that helps with a task; exactly one of the two."""

    __tablename__ = "task_helper"
    __table_args__ = (
        references("task_id", "task", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("person_id", "person"),
        CheckConstraint("num_nonnulls(unit_id, person_id) = 1", name="who"),
        # Each helps once; what a unit or a person helps with.
        Index(
            "uq_task_helper_task_id_unit_id",
            "tenant_id",
            "task_id",
            "unit_id",
            unique=True,
            postgresql_where=text("unit_id is not null"),
        ),
        Index(
            "uq_task_helper_task_id_person_id",
            "tenant_id",
            "task_id",
            "person_id",
            unique=True,
            postgresql_where=text("person_id is not null"),
        ),
        Index("ix_task_helper_unit_id", "tenant_id", "unit_id", postgresql_where=text("unit_id is not null")),
        Index(
            "ix_task_helper_person_id",
            "tenant_id",
            "person_id",
            postgresql_where=text("person_id is not null"),
        ),
    )

    task_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
