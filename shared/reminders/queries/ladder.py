"""When each step is reached, as the tenant has chosen."""

from dataclasses import dataclass
from datetime import datetime

from shared.tenants.queries import all_settings, open_tenant


@dataclass(frozen=True, slots=True)
class Ladder:
    """Days before or after the last day, and the hour (0–23) of the digest. `reopened_at`: None if never suspended."""

    coming: int
    overdue: int
    superior: int
    hour: int
    reopened_at: datetime | None = None


def ladder() -> Ladder:
    """The open tenant's steps. Two queries."""
    row = open_tenant()
    chosen = all_settings()
    return Ladder(
        coming=chosen["remind_coming_days"],
        overdue=chosen["remind_overdue_days"],
        superior=chosen["remind_superior_days"],
        hour=chosen["digest_hour"],
        reopened_at=row.state_since if row.state_since > row.created_at else None,
    )
