"""Plans and what becomes of them: the document with its tree, and the tasks that units work on."""

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Plan(TenantOwned, Base):
    """工作要点 or another paper that asks for work, with its original text; of the unit that issues it."""

    __tablename__ = "plan"
    __table_args__ = (
        references("unit_id", "unit"),
        references("file_id", "file"),
        references("created_by", "person"),
        CheckConstraint("kind in ('work_points', 'speech', 'scheme', 'notice', 'other')", name="kind"),
        CheckConstraint("state in ('draft', 'comments', 'issued', 'closed', 'void')", name="state"),
        CheckConstraint("source_form in ('docx', 'txt', 'pdf', 'pasted')", name="source_form"),
        CheckConstraint("year_to is null or year_to >= year_from", name="years"),
        CheckConstraint("(state in ('issued', 'closed')) <= (issued_on is not null)", name="issued"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list, newest first.
        Index("ix_plan_unit_id", "tenant_id", "unit_id", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    #: Who issued the paper, as it is printed; it may come from outside the tenant.
    organ: Mapped[str] = mapped_column(Text, server_default="")
    year_from: Mapped[int | None] = mapped_column(SmallInteger)
    year_to: Mapped[int | None] = mapped_column(SmallInteger)
    source_text: Mapped[str] = mapped_column(Text)
    source_form: Mapped[str] = mapped_column(Text)
    #: The file as it was given; None where the text was pasted.
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    #: What reading it found odd: [{code, label, number, begin}].
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    issued_on: Mapped[date | None] = mapped_column(Date)
    #: Counted up by each change of its items after it was sent out.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class PlanItem(TenantOwned, Base):
    """One section or item of a plan, its label as printed, its place in the text, and what a person decided of it."""

    __tablename__ = "plan_item"
    __table_args__ = (
        references("plan_id", "plan", ondelete="CASCADE"),
        references("parent_id", "plan_item", ondelete="CASCADE"),
        references("decided_by", "person"),
        # The tree in the order of the text.
        UniqueConstraint("tenant_id", "plan_id", "path"),
        # What a removed parent takes along.
        Index("ix_plan_item_parent_id", "tenant_id", "parent_id"),
        CheckConstraint("state in ('item', 'proposed', 'dropped')", name="state"),
        CheckConstraint("cadence in ('month', 'quarter', 'half_year', 'year', 'regular')", name="cadence"),
        CheckConstraint("times between 1 and 31", name="times"),
        CheckConstraint("begins >= 0 and ends >= begins", name="place"),
    )

    plan_id: Mapped[int] = mapped_column(BigInteger)
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Own ordinals from the root, '0002.0001.'; printed labels may have gaps.
    path: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, server_default="")
    #: Style of the label (shared.plans.reading.labels.STYLES); 'clause': a piece of an item that the wording proposes.
    style: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text, server_default="")
    content: Mapped[str] = mapped_column(Text, server_default="")
    #: heading and content for finding, in simplified script without blanks and marks.
    folded: Mapped[str] = mapped_column(Text, server_default="")
    begins: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)
    #: A number, name or more is hidden by asterisks in the original.
    masked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: proposed: the wording suggests it; it is no item until a person says so.
    state: Mapped[str] = mapped_column(Text, server_default="item")
    #: None: once. 'regular': 定期, without a number.
    cadence: Mapped[str | None] = mapped_column(Text)
    times: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    due_on: Mapped[date | None] = mapped_column(Date)
    #: For whom, in words, and as kinds of units and codes of posts.
    audience: Mapped[str] = mapped_column(Text, server_default="")
    unit_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    posts: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: A key of shared.events.kinds.KINDS: then the ledger shows how far it is, and nobody reports it again.
    duty_kind: Mapped[str | None] = mapped_column(Text)
    #: What is to be delivered, what proves it, and by which standard it is done.
    deliverable: Mapped[str] = mapped_column(Text, server_default="")
    proof: Mapped[str] = mapped_column(Text, server_default="")
    standard: Mapped[str] = mapped_column(Text, server_default="")
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PlanVersion(TenantOwned, Base):
    """How a plan stood when it was sent for comments, issued or changed after that."""

    __tablename__ = "plan_version"
    __table_args__ = (
        references("plan_id", "plan", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "plan_id", "number"),
    )

    plan_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    #: The items as they stood: [{path, label, heading, content, …}].
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


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
        # An item is given to a unit once; passed on, it is another task below it.
        Index(
            "uq_task_plan_item_id_unit_id",
            "tenant_id",
            "plan_item_id",
            "unit_id",
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
