"""The rows of the audit trail: writing one in the running transaction, and reading them by filter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Text, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.access.actor import Actor
from shared.db import Base, TenantOwned, db, owned_by_tenant


class AuditEntry(TenantOwned, Base):
    """One act. (type, id) instead of a key, because it outlives its object."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        owned_by_tenant(),
        # The trail, newest first; by day.
        Index("ix_audit_entry_at", "tenant_id", "at", "id"),
        # By person, by object, by verb.
        Index("ix_audit_entry_person_id", "tenant_id", "person_id", "id"),
        Index("ix_audit_entry_object", "tenant_id", "object_type", "object_id", "id"),
        Index("ix_audit_entry_verb", "tenant_id", "verb", "id"),
    )

    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    #: The acting person; None: the schedule.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    session_id: Mapped[str] = mapped_column(Text, server_default="")
    #: noun.verb: event.file, seat.end, import.commit …
    verb: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


def record(
    actor: Actor,
    *,
    verb: str,
    object_type: str,
    object_id: int | None = None,
    unit_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note the act in the running transaction. `detail` holds counts, states and keys, never a personal datum."""
    db.session.add(
        AuditEntry(
            person_id=actor.person_id,
            actor_name=actor.name,
            session_id=actor.session_id,
            verb=verb,
            object_type=object_type,
            object_id=object_id,
            unit_id=unit_id,
            detail=detail or {},
        )
    )


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which acts: by person, object, verb and days, both included."""

    person_id: int | None = None
    object_type: str = ""
    object_id: int | None = None
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def trail(given: TrailFilter, *, limit: int, before: tuple[datetime, int] | None = None) -> list[AuditEntry]:
    """A page of the trail, newest first, after the row (at, id). One query; the caller's right is AUDIT_VIEW."""
    statement = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    if before is not None:
        at, key = before
        # The first half lets the index begin at the right place.
        statement = statement.where(AuditEntry.at <= at, or_(AuditEntry.at < at, AuditEntry.id < key))
    if given.person_id is not None:
        statement = statement.where(AuditEntry.person_id == given.person_id)
    if given.object_type:
        statement = statement.where(AuditEntry.object_type == given.object_type)
    if given.object_id is not None:
        statement = statement.where(AuditEntry.object_id == given.object_id)
    if given.verb:
        statement = statement.where(AuditEntry.verb == given.verb)
    if given.since is not None:
        statement = statement.where(AuditEntry.at >= given.since)
    if given.until is not None:
        statement = statement.where(AuditEntry.at < given.until)
    return list(db.session.scalars(statement))


def actors_seen(*, latest: int = 20_000) -> list[tuple[int, str]]:
    """Who stands in the latest rows of the trail, for the filter: key and name. One query."""
    rows = (
        select(AuditEntry.person_id, AuditEntry.actor_name)
        .order_by(AuditEntry.id.desc())
        .limit(latest)
        .subquery()
    )
    found = db.session.execute(
        select(rows.c.person_id, func.max(rows.c.actor_name))
        .where(rows.c.person_id.is_not(None))
        .group_by(rows.c.person_id)
    )
    return sorted(((person_id, name) for person_id, name in found), key=lambda row: row[1])
