"""Plans: the paper with its tree, its versions, what units said of it, and campaigns over plans."""

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


class Campaign(TenantOwned, Base):
    """A named campaign or a plan over several years, under which items of many plans stand together."""

    __tablename__ = "campaign"
    __table_args__ = (
        references("unit_id", "unit"),
        references("created_by", "person"),
        CheckConstraint("state in ('open', 'closed')", name="state"),
        CheckConstraint("year_to >= year_from", name="years"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list, newest first.
        Index("ix_campaign_unit_id", "tenant_id", "unit_id", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    year_from: Mapped[int] = mapped_column(SmallInteger)
    year_to: Mapped[int] = mapped_column(SmallInteger)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="open")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


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
        references("campaign_id", "campaign"),
        # What a campaign holds.
        Index(
            "ix_plan_item_campaign_id",
            "tenant_id",
            "campaign_id",
            postgresql_where=text("campaign_id is not null"),
        ),
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
    campaign_id: Mapped[int | None] = mapped_column(BigInteger)
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


class PlanComment(TenantOwned, Base):
    """What a unit says of a draft that is out for comments, and whether it was taken."""

    __tablename__ = "plan_comment"
    __table_args__ = (
        references("plan_id", "plan", ondelete="CASCADE"),
        references("plan_item_id", "plan_item", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("person_id", "person"),
        references("answered_by", "person"),
        CheckConstraint("answer in ('taken', 'not_taken')", name="answer"),
        CheckConstraint("(answer is null) = (answered_at is null)", name="answered"),
        UniqueConstraint("tenant_id", "form_key"),
        # What was said of a draft, in the order in which it came.
        Index("ix_plan_comment_plan_id", "tenant_id", "plan_id", "id"),
    )

    plan_id: Mapped[int] = mapped_column(BigInteger)
    #: None: of the plan as a whole.
    plan_item_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The unit in whose name it is said.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    remark: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    answer: Mapped[str | None] = mapped_column(Text)
    #: Why it was not taken, or what became of it.
    reply: Mapped[str] = mapped_column(Text, server_default="")
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    form_key: Mapped[str] = mapped_column(Text)
