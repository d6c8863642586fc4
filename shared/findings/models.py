"""Inspections, what they found, what is done about it, and who answers for it."""

from datetime import date, datetime

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
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class Inspection(TenantOwned, Base):
    """One inspection with its feedback, and by when its rectification is planned, worked on and reported.

    The periods are those of the case (domain.md §7): no law names one for all.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        references("unit_id", "unit"),
        references("created_by", "person"),
        references("round_id", "assessment_round"),
        CheckConstraint(
            "kind in ('supervision', 'inspection', 'patrol', 'assessment', 'self_check')", name="kind"
        ),
        CheckConstraint(
            "plan_due >= feedback_on and focus_end >= feedback_on and report_due >= feedback_on", name="days"
        ),
        UniqueConstraint("tenant_id", "form_key"),
        # A round's lost points become findings of one inspection.
        UniqueConstraint("tenant_id", "round_id"),
        # The list, newest first.
        Index("ix_inspection_unit_id", "tenant_id", "unit_id", "id"),
    )

    #: The unit that leads the rectification and keeps the lists.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    #: Who inspected, as its paper says.
    organ: Mapped[str] = mapped_column(Text, server_default="")
    #: The round as it is printed; it may be masked (第*轮).
    round_label: Mapped[str] = mapped_column(Text, server_default="")
    feedback_on: Mapped[date] = mapped_column(Date)
    plan_due: Mapped[date | None] = mapped_column(Date)
    focus_end: Mapped[date | None] = mapped_column(Date)
    report_due: Mapped[date | None] = mapped_column(Date)
    #: The round of assessment whose lost points it holds.
    round_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class Finding(TenantOwned, Base):
    """One problem of one unit: what was found, by when it is put right, how far that is, who let it be closed."""

    __tablename__ = "finding"
    __table_args__ = (
        references("inspection_id", "inspection"),
        references("unit_id", "unit"),
        references("again_of_id", "finding"),
        references("applied_by", "person"),
        references("approved_by", "person"),
        references("closed_by", "person"),
        CheckConstraint(
            "state in ('not_started', 'working', 'mostly_done', 'applied', 'reviewed', 'returned', 'closed',"
            " 'reopened', 'void')",
            name="state",
        ),
        CheckConstraint("due_on >= found_on", name="span"),
        # Two distinct people approve, neither the one who applied.
        CheckConstraint(
            "approved_by is null or (applied_by is not null and approved_by <> applied_by)",
            name="first_approver",
        ),
        CheckConstraint(
            "closed_by is null or (approved_by is not null and closed_by <> approved_by"
            " and closed_by <> applied_by)",
            name="second_approver",
        ),
        CheckConstraint(
            "state <> 'reviewed' or approved_by is not null",
            name="reviewed",
        ),
        CheckConstraint(
            "state <> 'closed' or (closed_by is not null and closed_on is not null)", name="closed"
        ),
        UniqueConstraint("tenant_id", "inspection_id", "number"),
        # The list: what is late first.
        Index("ix_finding_due_on", "tenant_id", "due_on", "id"),
        # A unit's findings, and whether the same point was closed there before.
        Index("ix_finding_unit_id", "tenant_id", "unit_id", "point_key"),
        # What is late and not told yet.
        Index(
            "ix_finding_late",
            "tenant_id",
            "due_on",
            postgresql_where=text(
                "state in ('not_started', 'working', 'mostly_done', 'returned') and told < 2"
            ),
        ),
        # Where it was found again.
        Index(
            "ix_finding_again_of_id",
            "tenant_id",
            "again_of_id",
            postgresql_where=text("again_of_id is not null"),
        ),
    )

    inspection_id: Mapped[int] = mapped_column(BigInteger)
    #: Its place in the list of problems of this inspection.
    number: Mapped[int] = mapped_column(Integer)
    #: The unit that puts it right.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    category: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    #: The point in few words, by which it is known again, and the same folded (shared.hanzi.fold) with its category.
    point: Mapped[str] = mapped_column(Text)
    point_key: Mapped[str] = mapped_column(Text)
    found_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="not_started")
    #: 长期坚持: closed or not, it is kept up.
    long_term: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: 反弹: the closed finding of which this is the same point, found again.
    again_of_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Counted up when a closed one is opened again; evidence and approvals are of one turn.
    turn: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    applied_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_on: Mapped[date | None] = mapped_column(Date)
    #: 回头看: when it is looked at again.
    check_on: Mapped[date | None] = mapped_column(Date)
    #: Counted up by each act: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    #: Of its lateness told: 0 nobody, 1 the unit, 2 the unit that leads the rectification.
    told: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class Measure(TenantOwned, Base):
    """One line of the list of tasks and of the list of responsibilities: what is done, by when, who answers for it."""

    __tablename__ = "measure"
    __table_args__ = (
        references("finding_id", "finding", ondelete="CASCADE"),
        references("lead_id", "person"),
        references("owner_id", "person"),
        UniqueConstraint("tenant_id", "form_key"),
        # The measures of a finding in their order.
        Index("ix_measure_finding_id", "tenant_id", "finding_id", "id"),
        # What is late and not told yet.
        Index(
            "ix_measure_late", "tenant_id", "due_on", postgresql_where=text("done_on is null and told < 1")
        ),
    )

    finding_id: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(Text)
    deliverable: Mapped[str] = mapped_column(Text, server_default="")
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    #: 牵头领导, 责任部门, 责任人.
    lead_id: Mapped[int | None] = mapped_column(BigInteger)
    department: Mapped[str] = mapped_column(Text, server_default="")
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Of its lateness told: 0 nobody, 1 the unit.
    told: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    form_key: Mapped[str] = mapped_column(Text)


class FindingNote(TenantOwned, Base):
    """One act on a finding, with what proves it."""

    __tablename__ = "finding_note"
    __table_args__ = (
        references("finding_id", "finding", ondelete="CASCADE"),
        references("person_id", "person"),
        references("event_id", "event"),
        references("file_id", "file"),
        CheckConstraint(
            "act in ('enter', 'start', 'progress', 'mostly', 'apply', 'approve', 'close', 'return', 'change', 'again',"
            " 'holds', 'failed', 'void')",
            name="act",
        ),
        UniqueConstraint("tenant_id", "form_key"),
        # The story of a finding.
        Index("ix_finding_note_finding_id", "tenant_id", "finding_id", "id"),
        # Where a file and a record stand as proof.
        Index(
            "ix_finding_note_file_id", "tenant_id", "file_id", postgresql_where=text("file_id is not null")
        ),
        Index(
            "ix_finding_note_event_id", "tenant_id", "event_id", postgresql_where=text("event_id is not null")
        ),
    )

    finding_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    turn: Mapped[int] = mapped_column(SmallInteger)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    #: When it was looked at again.
    on_date: Mapped[date | None] = mapped_column(Date)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[str] = mapped_column(Text, server_default="")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)
