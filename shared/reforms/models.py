"""Reorganisations: a draft of steps, executed as one transaction, undone as one."""

from datetime import date, datetime
from typing import Any

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
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Reform(TenantOwned, Base):
    """A reorganisation with its document and day (机构调整). It belongs to the tenant as a whole."""

    __tablename__ = "reform"
    __table_args__ = (
        owned_by_tenant(),
        references("created_by", "person"),
        references("job_id", "job"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("state in ('draft', 'executed', 'undone', 'discarded')", name="state"),
        # The list, newest first; open drafts.
        Index("ix_reform_state", "tenant_id", "state", "id"),
    )

    title: Mapped[str] = mapped_column(Text)
    document_no: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    #: Counted up by each change of the draft: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    #: Counts before and after as the execution found them: {"before": {…}, "after": {…}, "why": […]}.
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: What the undo needs and no other row says: keys of what was ended beside the tree, and the last keys then.
    kept: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", deferred=True)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    executed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str] = mapped_column(Text)


class Step(TenantOwned, Base):
    """One operation of a reform, in its order."""

    __tablename__ = "reform_step"
    __table_args__ = (
        references("reform_id", "reform", ondelete="CASCADE"),
        references("unit_id", "unit"),
        references("into_id", "unit"),
        references("into_step_id", "reform_step", ondelete="CASCADE"),
        references("made_id", "unit"),
        UniqueConstraint("tenant_id", "reform_id", "ordinal", deferrable=True, initially="DEFERRED"),
        CheckConstraint("num_nonnulls(into_id, into_step_id) <= 1", name="one_target"),
        # Whether a unit is named in an open draft.
        Index("ix_reform_step_unit_id", "tenant_id", "unit_id"),
        Index("ix_reform_step_into_id", "tenant_id", "into_id"),
    )

    reform_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    #: A key of shared.reforms.operations.OPERATIONS.
    operation: Mapped[str] = mapped_column(Text)
    #: The unit it is done to; None for one that is set up.
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The other unit: the new superior, the one merged into, the one that continues; of the tree or made by a step.
    into_id: Mapped[int | None] = mapped_column(BigInteger)
    into_step_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(Text, server_default="")
    sector: Mapped[str] = mapped_column(Text, server_default="")
    #: Of a hand-over: the organisation outside that receives.
    receiver: Mapped[str] = mapped_column(Text, server_default="")
    #: The unit that the execution set up for this step.
    made_id: Mapped[int | None] = mapped_column(BigInteger)


class StepPerson(TenantOwned, Base):
    """A person who goes into the unit that a split sets up."""

    __tablename__ = "reform_person"
    __table_args__ = (
        references("step_id", "reform_step", ondelete="CASCADE"),
        references("person_id", "person"),
        UniqueConstraint("tenant_id", "step_id", "person_id"),
        # The person's own deletion looks here.
        Index("ix_reform_person_person_id", "tenant_id", "person_id"),
    )

    step_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)


class Effect(TenantOwned, Base):
    """A unit that an execution set up or changed, with its row before; undo reads it backwards.

    People, posts, roles, due items and versions bear the reform's key themselves.
    """

    __tablename__ = "reform_effect"
    __table_args__ = (
        references("reform_id", "reform"),
        references("unit_id", "unit", ondelete="CASCADE"),
        CheckConstraint("(act = 'made') = (before is null)", name="before"),
        CheckConstraint("act in ('made', 'changed')", name="act"),
        UniqueConstraint("tenant_id", "reform_id", "unit_id"),
        # Whether a later reform has touched a unit.
        Index("ix_reform_effect_unit_id", "tenant_id", "unit_id"),
    )

    reform_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class KeptItem(TenantOwned, Base):
    """A due item that an execution passed on or withdrew, as it was before; undo puts it back."""

    __tablename__ = "reform_item"
    __table_args__ = (
        references("reform_id", "reform"),
        references("due_item_id", "due_item", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "reform_id", "due_item_id"),
        # The due item's own deletion looks here.
        Index("ix_reform_item_due_item_id", "tenant_id", "due_item_id"),
    )

    reform_id: Mapped[int] = mapped_column(BigInteger)
    due_item_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
