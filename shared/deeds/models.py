"""Concrete deeds for the masses and the workers: what was taken up, by whom, until when, with which result."""

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


class Deed(TenantOwned, Base):
    """One deed (我为群众办实事, 民呼我应 …): who asked by category, what is done, until when, what came of it.

    Of whoever asked nothing is kept but the category and the number under which the office has it elsewhere.
    """

    __tablename__ = "deed"
    __table_args__ = (
        references("unit_id", "unit"),
        references("by_unit_id", "unit"),
        references("owner_id", "person"),
        references("created_by", "person"),
        CheckConstraint(
            "kind in ('practical', 'response', 'enterprise', 'problem', 'suggestion', 'policy')", name="kind"
        ),
        CheckConstraint(
            "source in ('masses', 'hotline', 'visit', 'reception', 'enterprise', 'proposal', 'superior', 'own')",
            name="source",
        ),
        CheckConstraint(
            "state in ('offered', 'open', 'returned', 'done', 'closed', 'dropped')", name="state"
        ),
        CheckConstraint(
            "satisfaction in ('satisfied', 'basically', 'unsatisfied', 'not_asked')", name="satisfaction"
        ),
        CheckConstraint("due_on >= came_on", name="span"),
        CheckConstraint("done_on >= came_on and closed_on >= done_on", name="days"),
        CheckConstraint("state not in ('done', 'closed') or done_on is not null", name="done"),
        CheckConstraint(
            "state <> 'closed' or (closed_on is not null and satisfaction is not null)", name="closed"
        ),
        CheckConstraint("told between 0 and 2", name="told"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list: what is late first.
        Index("ix_deed_due_on", "tenant_id", "due_on", "id"),
        # A unit's deeds; those a unit gave and closes; what stands to be claimed.
        Index("ix_deed_unit_id", "tenant_id", "unit_id", "state"),
        Index("ix_deed_by_unit_id", "tenant_id", "by_unit_id", "state"),
        # What a person answers for.
        Index("ix_deed_owner_id", "tenant_id", "owner_id", postgresql_where=text("owner_id is not null")),
    )

    #: The unit that does it; while it is offered, the unit that offers it.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit that gave it, asks how it went and closes it.
    by_unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    #: Who asked, as a category.
    source: Mapped[str] = mapped_column(Text)
    #: Its number where it came from, such as that of a hotline's slip.
    reference: Mapped[str] = mapped_column(Text, server_default="")
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text, server_default="")
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    came_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: 领办: when a unit took it up by itself.
    claimed_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    result: Mapped[str] = mapped_column(Text, server_default="")
    #: Of the deed, as asked afterwards; never of a person.
    satisfaction: Mapped[str | None] = mapped_column(Text)
    closed_on: Mapped[date | None] = mapped_column(Date)
    #: How far the reminders of its last day have come: 0 none, 1 the unit, 2 the unit that gave it.
    told: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: Counted up by each act: two people at once, the second is told.
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    form_key: Mapped[str] = mapped_column(Text)


class DeedNote(TenantOwned, Base):
    """One act on a deed, with what proves it."""

    __tablename__ = "deed_note"
    __table_args__ = (
        references("deed_id", "deed", ondelete="CASCADE"),
        references("person_id", "person"),
        references("event_id", "event"),
        references("file_id", "file"),
        CheckConstraint(
            "act in ('enter', 'offer', 'claim', 'progress', 'done', 'return', 'close', 'drop', 'change')",
            name="act",
        ),
        UniqueConstraint("tenant_id", "form_key"),
        # The story of a deed.
        Index("ix_deed_note_deed_id", "tenant_id", "deed_id", "id"),
        # Where a file and a record stand as proof.
        Index("ix_deed_note_file_id", "tenant_id", "file_id", postgresql_where=text("file_id is not null")),
        Index(
            "ix_deed_note_event_id", "tenant_id", "event_id", postgresql_where=text("event_id is not null")
        ),
    )

    deed_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[str] = mapped_column(Text, server_default="")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class DeedCounter(TenantOwned, Base):
    """A number that the tenant names: deeds of a kind, in a state, of a span. It opens into exactly those rows."""

    __tablename__ = "deed_counter"
    __table_args__ = (
        owned_by_tenant(),
        CheckConstraint(
            "kind in ('practical', 'response', 'enterprise', 'problem', 'suggestion', 'policy')", name="kind"
        ),
        CheckConstraint("state in ('entered', 'open', 'done', 'closed')", name="state"),
        CheckConstraint("until >= since", name="span"),
        UniqueConstraint("tenant_id", "form_key"),
    )

    name: Mapped[str] = mapped_column(Text)
    #: None: every kind.
    kind: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    #: The span of the day on which a deed came into the state; None: open on that side.
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    form_key: Mapped[str] = mapped_column(Text)
