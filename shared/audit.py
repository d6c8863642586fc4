"""The audit trail: who did what to which object, when, from which session. Append-only, no personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Text, func
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
