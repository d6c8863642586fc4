"""Reads of rules and due items."""

from sqlalchemy import Select, and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.models import DueItem
from shared.organisations.models import Unit


def overdue_count(actor: Actor) -> Select[int]:
    """How many open due items in the actor's reach are past their day; counted up to 10,000."""
    rows = (
        select(DueItem.id)
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(
            DueItem.state == "open",
            DueItem.due_on < today(),
            reach_filter(actor, Permission.DUTY_VIEW, Unit.path),
        )
        .limit(10_000)
        .subquery()
    )
    return select(func.count()).select_from(rows)
