"""What must be held when: rules with source and validity, and the due items that planning makes of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class RulePack(Base):
    """A rule as shipped with the product, by pack (bureau, union) and key. Tenants copy it and may tighten."""

    __tablename__ = "rule_pack"
    __table_args__ = (PrimaryKeyConstraint("pack", "key", "valid_from"), {"schema": "platform"})

    pack: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Rule(TenantOwned, Base):
    """kind + who it applies to + cadence + window + source + validity, in one tenant."""

    __tablename__ = "duty_rule"
    __table_args__ = (
        owned_by_tenant(),
        # A pack's rule comes in once; a tenant's own version of it stands beside it.
        UniqueConstraint("tenant_id", "key", "origin", "valid_from"),
        CheckConstraint("cadence in ('month', 'quarter', 'half_year', 'year', 'term')", name="cadence"),
        CheckConstraint("(cadence = 'term') = (years is not null)", name="years"),
        CheckConstraint("times between 1 and 31", name="times"),
        CheckConstraint("from_month between 1 and 12 and to_month between 1 and 12", name="months"),
        CheckConstraint("origin in ('pack', 'tenant')", name="origin"),
        CheckConstraint("level in ('national', 'province', 'city', 'unit')", name="level"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        CheckConstraint("early_days between 0 and 27", name="early_days"),
    )

    key: Mapped[str] = mapped_column(Text)
    #: A key of shared.events.kinds.KINDS.
    kind: Mapped[str] = mapped_column(Text)
    unit_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: None: every sector.
    sectors: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    cadence: Mapped[str] = mapped_column(Text)
    #: How often in each period.
    times: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    #: A yearly rule's window, in months; to < from reaches into the next year. None: the whole period.
    from_month: Mapped[int | None] = mapped_column(SmallInteger)
    to_month: Mapped[int | None] = mapped_column(SmallInteger)
    #: Of a rule of cadence 'term': years from one election to the next, and months before its end at which to remind.
    years: Mapped[int | None] = mapped_column(SmallInteger)
    notice_months: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    #: Other lengths that the law leaves to the organisation's choice (a union: 3 or 5).
    years_choice: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    #: By how many months a superior may postpone the election at most.
    postpone_months: Mapped[int | None] = mapped_column(SmallInteger)
    #: A tenant's shorter window: due this many days before the period or window ends.
    early_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    level: Mapped[str] = mapped_column(Text)
    #: Where the rule stands, and how sure that is (A official, B institution, C third party, K unconfirmed).
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, server_default="pack")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    #: Periods that end before this day are neither scored nor reminded.
    starts_on: Mapped[date | None] = mapped_column(Date)
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class DueItem(TenantOwned, Base):
    """One duty of one unit in one period. Whether it is overdue is never stored: it depends on today."""

    __tablename__ = "due_item"
    __table_args__ = (
        references("rule_id", "duty_rule"),
        references("unit_id", "unit"),
        references("event_id", "event"),
        references("returned_event_id", "event"),
        CheckConstraint("returned_event_id is null or event_id is null", name="returned"),
        # The items that stand open because their record was returned.
        Index(
            "ix_due_item_returned_event_id",
            "tenant_id",
            "returned_event_id",
            postgresql_where=text("returned_event_id is not null"),
        ),
        references("followed_from", "unit", ondelete="CASCADE"),
        references("exemption_id", "exemption"),
        # What an exempt period spared, for its end.
        Index(
            "ix_due_item_exemption_id",
            "tenant_id",
            "exemption_id",
            postgresql_where=text("exemption_id is not null"),
        ),
        references("reform_id", "reform"),
        # What a reform moved, withdrew or spared, for its undo.
        Index(
            "ix_due_item_reform_id", "tenant_id", "reform_id", postgresql_where=text("reform_id is not null")
        ),
        # Planning twice makes nothing twice.
        UniqueConstraint("tenant_id", "unit_id", "kind", "period", "ordinal"),
        CheckConstraint("state in ('open', 'done', 'withdrawn', 'exempt')", name="state"),
        CheckConstraint("(state = 'done') = (event_id is not null)", name="done"),
        CheckConstraint("due_on >= opens_on", name="window"),
        # An event counts in one period of a kind only.
        Index(
            "uq_due_item_event_id_kind",
            "tenant_id",
            "event_id",
            "kind",
            unique=True,
            postgresql_where=text("event_id is not null"),
        ),
        # To-do lists and reminders: due and not done, by due date and id.
        Index("ix_due_item_open", "tenant_id", "due_on", "id", postgresql_where=text("state = 'open'")),
        # The ledger matrix and the score of a year.
        Index("ix_due_item_year_unit_id", "tenant_id", "year", "unit_id"),
    )

    rule_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    #: The year the period begins in; a window may end in the next one.
    year: Mapped[int] = mapped_column(SmallInteger)
    #: '2026-11', '2026-Q4', '2026-H2' or '2026'; of a term its end, '2026-12-01', or 'term' where that is unknown.
    period: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    opens_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    reason: Mapped[str | None] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    #: When it was held and when recorded; both are kept.
    held_on: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: 补: an event held after the period, counted because a person said so.
    made_up: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    #: The record that fulfilled it until the superior returned it; mended, it fulfils it again.
    returned_event_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The unit that owed it before a reform passed it on; planning leaves such an item as it is.
    followed_from: Mapped[int | None] = mapped_column(BigInteger)
    reform_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The exempt period that spares the unit; then state is 'exempt'.
    exemption_id: Mapped[int | None] = mapped_column(BigInteger)
    planned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Exemption(TenantOwned, Base):
    """A span in which a unit is spared duties, with its reason: all kinds, or those named."""

    __tablename__ = "exemption"
    __table_args__ = (
        references("unit_id", "unit"),
        references("granted_by", "person"),
        references("ended_by", "person"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("until >= since", name="term"),
        CheckConstraint("(ended_at is null) = (end_reason is null)", name="ended"),
        CheckConstraint("spares_until <= until and spares_until >= since - 1", name="spares_until"),
        # A unit's spans; planning joins on it.
        Index("ix_exemption_unit_id", "tenant_id", "unit_id", "since"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: Keys of shared.events.kinds.KINDS; None: every duty of the unit.
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    #: The last day it spares: `until`; taken back, an earlier one, the day before `since` where it spares nothing more.
    spares_until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text, server_default="")
    granted_by: Mapped[int | None] = mapped_column(BigInteger)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: Taken back: what it spared and is still to come stands open again.
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str | None] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(Text)
