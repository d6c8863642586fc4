"""Contact points, postings, pairings and visits: who keeps in touch with which unit, and what was found and solved."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class ContactPoint(TenantOwned, Base):
    """联系点: a leader keeps in touch with a unit."""

    __tablename__ = "contact_point"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        references("by_unit_id", "unit"),
        references("former_id", "contact_point"),
        references("created_by", "person"),
        CheckConstraint("until >= since", name="span"),
        UniqueConstraint("tenant_id", "form_key"),
        # A leader has a unit once at a time; a unit's contacts.
        Index(
            "uq_contact_point_unit_id_person_id",
            "tenant_id",
            "unit_id",
            "person_id",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        # A leader's own; what passes with an office.
        Index("ix_contact_point_person_id", "tenant_id", "person_id"),
        Index(
            "ix_contact_point_former_id",
            "tenant_id",
            "former_id",
            postgresql_where=text("former_id is not null"),
        ),
    )

    #: The leader.
    person_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit kept in touch with.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit for whose office the leader does it; at a hand-over of that office it passes on.
    by_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    #: Taken over from this one, whose visits of the year count on.
    former_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class Posting(TenantOwned, Base):
    """蹲点, 驻村, 第一书记: a person works at the grassroots for some time."""

    __tablename__ = "posting"
    __table_args__ = (
        references("person_id", "person"),
        references("from_unit_id", "unit"),
        references("to_unit_id", "unit"),
        references("created_by", "person"),
        CheckConstraint("kind in ('posting', 'village', 'first_secretary', 'instructor')", name="kind"),
        CheckConstraint("until >= since", name="span"),
        CheckConstraint("to_unit_id is not null or place <> ''", name="place"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list, newest first; who is posted to a unit.
        Index("ix_posting_from_unit_id", "tenant_id", "from_unit_id", "id"),
        Index(
            "ix_posting_to_unit_id",
            "tenant_id",
            "to_unit_id",
            postgresql_where=text("to_unit_id is not null"),
        ),
        # A person's.
        Index("ix_posting_person_id", "tenant_id", "person_id"),
    )

    kind: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit that sends.
    from_unit_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit at which the person works, or a place outside in words.
    to_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(Text, server_default="")
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    duties: Mapped[str] = mapped_column(Text, server_default="")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class Pairing(TenantOwned, Base):
    """结对共建: two units, or a unit and a partner outside, do something together each year."""

    __tablename__ = "pairing"
    __table_args__ = (
        references("from_unit_id", "unit"),
        references("to_unit_id", "unit"),
        references("created_by", "person"),
        CheckConstraint("until >= since", name="span"),
        CheckConstraint("num_nonnulls(to_unit_id, nullif(partner, '')) = 1", name="partner"),
        CheckConstraint("to_unit_id <> from_unit_id", name="two"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list, newest first, from either side.
        Index("ix_pairing_from_unit_id", "tenant_id", "from_unit_id", "id"),
        Index(
            "ix_pairing_to_unit_id",
            "tenant_id",
            "to_unit_id",
            postgresql_where=text("to_unit_id is not null"),
        ),
    )

    from_unit_id: Mapped[int] = mapped_column(BigInteger)
    to_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The partner outside, an organisation by its name.
    partner: Mapped[str] = mapped_column(Text, server_default="")
    theme: Mapped[str] = mapped_column(Text, server_default="")
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class PairingActivity(TenantOwned, Base):
    """What two partners did together."""

    __tablename__ = "pairing_activity"
    __table_args__ = (
        references("pairing_id", "pairing", ondelete="CASCADE"),
        references("event_id", "event"),
        references("created_by", "person"),
        UniqueConstraint("tenant_id", "form_key"),
        # The activities of a pairing by day.
        Index("ix_pairing_activity_pairing_id", "tenant_id", "pairing_id", "on_date"),
        # Which activity a record is.
        Index(
            "ix_pairing_activity_event_id",
            "tenant_id",
            "event_id",
            postgresql_where=text("event_id is not null"),
        ),
    )

    pairing_id: Mapped[int] = mapped_column(BigInteger)
    on_date: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str] = mapped_column(Text)


class Visit(TenantOwned, Base):
    """走访, 接访, 联系点调研: who was where, when, and what it was about."""

    __tablename__ = "visit"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        references("contact_id", "contact_point"),
        references("event_id", "event"),
        references("created_by", "person"),
        CheckConstraint("kind in ('visit', 'reception', 'contact')", name="kind"),
        CheckConstraint("state in ('held', 'void')", name="state"),
        UniqueConstraint("tenant_id", "form_key"),
        # The list, newest first; a unit's; a person's; those of a contact point.
        Index("ix_visit_on_date", "tenant_id", "on_date", "id"),
        Index("ix_visit_unit_id", "tenant_id", "unit_id", "on_date"),
        Index("ix_visit_person_id", "tenant_id", "person_id"),
        Index(
            "ix_visit_contact_id",
            "tenant_id",
            "contact_id",
            "on_date",
            postgresql_where=text("contact_id is not null"),
        ),
        Index("ix_visit_event_id", "tenant_id", "event_id", postgresql_where=text("event_id is not null")),
    )

    kind: Mapped[str] = mapped_column(Text)
    #: Who went, or who received.
    person_id: Mapped[int] = mapped_column(BigInteger)
    #: The unit visited, or in whose area it was.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    contact_id: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(Text, server_default="")
    on_date: Mapped[date] = mapped_column(Date)
    about: Mapped[str] = mapped_column(Text, server_default="")
    #: A record of the ledger about it.
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="held")
    #: Why it was declared void.
    void_reason: Mapped[str] = mapped_column(Text, server_default="")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class VisitProblem(TenantOwned, Base):
    """A problem found at a visit: solved on the spot, or taken up as a deed."""

    __tablename__ = "visit_problem"
    __table_args__ = (
        references("visit_id", "visit", ondelete="CASCADE"),
        references("deed_id", "deed"),
        UniqueConstraint("tenant_id", "visit_id", "ordinal"),
        # Which problem a deed solves.
        Index(
            "ix_visit_problem_deed_id", "tenant_id", "deed_id", postgresql_where=text("deed_id is not null")
        ),
    )

    visit_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[str] = mapped_column(Text)
    #: How it was solved on the spot; '' when it was not.
    solution: Mapped[str] = mapped_column(Text, server_default="")
    deed_id: Mapped[int | None] = mapped_column(BigInteger)
