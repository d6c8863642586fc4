"""What findings ask of a person today: the own unit's open ones, late first, and what waits for agreement."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, and_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission, Reach
from shared.access.roles import ROLES
from shared.clock import today
from shared.db import db
from shared.findings.models import Finding
from shared.findings.queries.lists import APPLIED, CAP, OPEN
from shared.organisations.models import Unit

#: Findings named on the page; the rest is a number that opens into the list.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Named:
    id: int
    point: str
    unit_name: str
    due_on: Any
    state: str


@dataclass(frozen=True, slots=True)
class AtHand:
    """`rows`: the first of the own units' open findings; `open`, `late`: of all of them; `waiting`: for agreement."""

    rows: list[Named]
    open: int
    late: int
    waiting: int


def at_hand(actor: Actor) -> AtHand:
    """At most two queries; none for whoever neither works on findings nor agrees to their closing."""
    kept = [
        grant.unit_id
        for grant in actor.grants
        if grant.unit_id is not None and ROLES[grant.role].reach is Reach.UNIT
    ]
    rows = _open(kept) if kept and actor.may(Permission.FINDING_WORK) else []
    waiting = _waiting(actor) if actor.may(Permission.FINDING_APPROVE) else 0
    named = [Named(row[0], row[1], row[2], row[3], row[4]) for row in rows]
    return AtHand(named, rows[0][5] if rows else 0, rows[0][6] if rows else 0, waiting)


def _open(unit_ids: list[int]) -> list[Any]:
    return list(
        db.session.execute(
            select(
                Finding.id,
                Finding.point,
                Unit.name,
                Finding.due_on,
                Finding.state,
                func.count().over(),
                func.count().filter(Finding.due_on < today()).over(),
            )
            .join(Unit, and_(Unit.tenant_id == Finding.tenant_id, Unit.id == Finding.unit_id))
            .where(Finding.unit_id == any_(literal(unit_ids, ARRAY(BigInteger))), Finding.state.in_(OPEN))
            .order_by(Finding.due_on, Finding.id)
            .limit(NAMED)
        )
    )


def _waiting(actor: Actor) -> int:
    """Applied for, and this person may be the next of the two; CAP + 1 at most."""
    inner = (
        select(Finding.id)
        .join(Unit, and_(Unit.tenant_id == Finding.tenant_id, Unit.id == Finding.unit_id))
        .where(
            Finding.state.in_(APPLIED),
            reach_filter(actor, Permission.FINDING_APPROVE, Unit.path),
            Finding.applied_by.is_distinct_from(actor.person_id),
            Finding.approved_by.is_distinct_from(actor.person_id),
        )
        .limit(CAP + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(inner)) or 0


def unit_counts(unit_id: int) -> tuple[int, int]:
    """(open, late) findings of one unit, for its page. One query; the caller has checked the right to see them."""
    row = db.session.execute(
        select(func.count(), func.count().filter(Finding.due_on < today())).where(
            Finding.unit_id == unit_id, Finding.state.in_(OPEN)
        )
    ).one()
    return row[0], row[1]
