"""What became of an act on a whole filter."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.members.actions.acts import LEFT_OUT
from shared.members.models import BulkTarget, Membership, Person
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class LeftOut:
    id: int
    person_id: int
    name: str
    unit_id: int
    unit_name: str
    outcome: str

    @property
    def reason(self) -> str:
        return str(LEFT_OUT[self.outcome]) if self.outcome in LEFT_OUT else self.outcome


def left_out(
    actor: Actor, job_id: int, *, reason: str | None = None, after: int = 0, size: int = 50
) -> list[LeftOut]:
    """Who was left out of an act, in the actor's reach; one more than a page, which says whether there is a next."""
    rows = db.session.execute(
        select(
            BulkTarget.id,
            BulkTarget.person_id,
            Person.name,
            Unit.id,
            Unit.name,
            func.coalesce(BulkTarget.outcome, ""),
        )
        .join(Person, and_(Person.tenant_id == BulkTarget.tenant_id, Person.id == BulkTarget.person_id))
        .join(
            Membership,
            and_(Membership.tenant_id == BulkTarget.tenant_id, Membership.id == BulkTarget.membership_id),
        )
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            BulkTarget.job_id == job_id,
            BulkTarget.outcome.in_([reason] if reason else list(LEFT_OUT)),
            BulkTarget.id > after,
            reach_filter(actor, Permission.MEMBER_VIEW, Unit.path),
        )
        .order_by(BulkTarget.id)
        .limit(size + 1)
    )
    return [LeftOut(*row) for row in rows]
