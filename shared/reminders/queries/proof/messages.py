"""Single messages: to whom, by which way, what became of each and why."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.members.models import Membership, Person
from shared.messages.models import Delivery, MessageGroup, Occasion
from shared.organisations.models import Unit
from shared.reminders.queries.proof.reach import (
    OF_OCCASION,
    OUTCOME,
    PAGE,
    ProofFilter,
    of_occasions,
    within,
)


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One message to one person, or to one group (then `person_id` is None and `whom` is its name)."""

    id: int
    occasion_id: int
    kind: str
    created_at: datetime
    person_id: int | None
    whom: str
    unit_name: str
    channel: str
    outcome: str
    reason: str | None
    sent_at: datetime | None
    read_at: datetime | None
    #: When it may go out, of one that waits.
    not_before: datetime
    attempts: int

    @property
    def at(self) -> datetime | None:
        """When it was sent; of one that waits, when it may be."""
        return self.not_before if self.outcome == "waiting" else self.sent_at


def messages(
    actor: Actor, given: ProofFilter, *, before: int | None = None, size: int = PAGE
) -> list[ProofLine]:
    """A page of single messages in the actor's reach, newest first, and one more where there is another page.

    Two queries.
    """
    statement = (
        _messages(
            actor,
            given,
            Delivery.id,
            Delivery.occasion_id,
            Occasion.kind,
            Delivery.created_at,
            Delivery.person_id,
            func.coalesce(Person.name, MessageGroup.name).label("whom"),
            Unit.name.label("group_unit"),
            Delivery.channel,
            OUTCOME.label("outcome"),
            Delivery.reason,
            Delivery.sent_at,
            Delivery.read_at,
            Delivery.not_before,
            Delivery.attempts,
        )
        .join(
            Person,
            and_(Person.tenant_id == Delivery.tenant_id, Person.id == Delivery.person_id),
            isouter=True,
        )
        .join(
            MessageGroup,
            and_(MessageGroup.tenant_id == Delivery.tenant_id, MessageGroup.id == Delivery.group_id),
            isouter=True,
        )
        .join(
            Unit,
            and_(Unit.tenant_id == MessageGroup.tenant_id, Unit.id == MessageGroup.unit_id),
            isouter=True,
        )
        .order_by(Delivery.id.desc())
        .limit(size + 1)
    )
    if before is not None:
        statement = statement.where(Delivery.id < before)
    rows = db.session.execute(statement).all()
    homes = homes_of({row.person_id for row in rows if row.person_id is not None})
    return [
        ProofLine(
            row.id,
            row.occasion_id,
            row.kind,
            row.created_at,
            row.person_id,
            row.whom or "",
            row.group_unit or homes.get(row.person_id, ""),
            row.channel,
            row.outcome,
            row.reason,
            row.sent_at,
            row.read_at,
            row.not_before,
            row.attempts,
        )
        for row in rows
    ]


def _messages(actor: Actor, given: ProofFilter, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Delivery)
        .join(Occasion, OF_OCCASION)
        .where(*of_occasions(given), *within(actor, given))
    )


def message_counts(actor: Actor, given: ProofFilter) -> dict[str, int]:
    """Messages of the filter by outcome, whatever outcome it asks for. One query."""
    rows = _messages(actor, replace(given, outcome=""), OUTCOME.label("outcome")).subquery()
    found = db.session.execute(select(rows.c.outcome, func.count()).group_by(rows.c.outcome))
    return {row[0]: row[1] for row in found}


def message_count(actor: Actor, given: ProofFilter) -> int:
    """How many messages the filter holds. One query."""
    return (
        db.session.scalar(select(func.count()).select_from(_messages(actor, given, Delivery.id).subquery()))
        or 0
    )


def homes_of(person_ids: set[int]) -> dict[int, str]:
    """The name of the unit that each person belongs to, or belonged to last. One query."""
    if not person_ids:
        return {}
    rows = db.session.execute(
        select(Membership.person_id, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(Membership.person_id.in_(person_ids))
        # The living one last, so that it is the one that stays.
        .order_by(Membership.until.asc().nulls_last(), Membership.since, Membership.id)
    )
    return {row.person_id: row.name for row in rows}


def near(actor: Actor, person_ids: set[int]) -> set[int]:
    """Those of some people whose page the actor may open: they belong to units in reach now. One query."""
    living = (
        select(Membership.person_id)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Membership.person_id.in_(person_ids),
            Membership.until.is_(None),
            reach_filter(actor, Permission.REMINDER_VIEW, Unit.path),
        )
    )
    whole = any(reached.path is None for reached in actor.reaches(Permission.REMINDER_VIEW))
    return person_ids if whole or not person_ids else set(db.session.scalars(living))
