"""Which messages somebody sees: those to people of the units in reach, who belong there now or belonged there when the
message was written, and those to robots' groups of these units. What a message says is shown to nobody else.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import ZONE, at_local, today
from shared.members.models import Membership
from shared.messages.models import Delivery, MessageGroup, Occasion
from shared.organisations.models import Unit

PAGE = 50
#: Without a first day the pages look so many days back.
DAYS = 30

#: What becomes of a message: a word of the pages.
OUTCOMES = ("lost", "waiting", "sent", "read", "joined", "spared")
#: Not sent because there was nowhere to send it to.
NOWHERE_TO = ("no_address", "bounced", "bad_address", "bad_phone", "unknown_name", "robot_gone")

#: What became of a message, from its row.
OUTCOME: ColumnElement[str] = case(
    (Delivery.state == "failed", "lost"),
    (and_(Delivery.state == "suppressed", Delivery.reason.in_(NOWHERE_TO)), "lost"),
    # Said in the person's digest of the day, which stands as a message of its own.
    (and_(Delivery.state == "suppressed", Delivery.reason == "digest"), "joined"),
    (Delivery.state == "suppressed", "spared"),
    (Delivery.state != "sent", "waiting"),
    (Delivery.read_at.is_not(None), "read"),
    else_="sent",
)


@dataclass(frozen=True, slots=True)
class ProofFilter:
    """Which messages. `since`, `until`: days of the occasion, both included; `unit_id`: it and all below."""

    kind: str = ""
    since: date | None = None
    until: date | None = None
    outcome: str = ""
    channel: str = ""
    unit_id: int | None = None
    occasion_id: int | None = None
    person_id: int | None = None

    def fields(self) -> dict[str, Any]:
        """As an address says it."""
        found = {
            "kind": self.kind,
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "outcome": self.outcome,
            "channel": self.channel,
            "unit_id": self.unit_id,
            "occasion": self.occasion_id,
            "person_id": self.person_id,
        }
        return {name: value for name, value in found.items() if value}


def _belongs(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a message's recipient belongs to units of a condition on Unit, or did when it was written."""
    homes = (
        select(Membership.person_id)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(condition)
        .correlate(None)
    )
    wrote = func.date(func.timezone(ZONE.key, Delivery.created_at))
    then = aliased(Membership)
    groups = (
        select(MessageGroup.id)
        .join(Unit, and_(Unit.tenant_id == MessageGroup.tenant_id, Unit.id == MessageGroup.unit_id))
        .where(condition)
        .correlate(None)
    )
    return or_(
        Delivery.person_id.in_(homes.where(Membership.until.is_(None))),
        # Said twice: the first is read once and leaves few, the second asks for the day.
        and_(
            Delivery.person_id.in_(homes.where(Membership.until.is_not(None))),
            exists(
                select(1)
                .select_from(then)
                .where(
                    then.tenant_id == Delivery.tenant_id,
                    then.person_id == Delivery.person_id,
                    then.until >= wrote,
                    then.since <= wrote,
                    then.unit_id.in_(select(Unit.id).where(condition).correlate(None)),
                )
                .correlate(Delivery)
            ),
        ),
        Delivery.group_id.in_(groups),
    )


def within(actor: Actor, given: ProofFilter) -> list[ColumnElement[bool]]:
    """Conditions on Delivery (and Occasion, joined) of what the actor sees of the filter."""
    may = Permission.REMINDER_VIEW
    found: list[ColumnElement[bool]] = []
    if not any(reached.path is None for reached in actor.reaches(may)):
        found.append(_belongs(reach_filter(actor, may, Unit.path)))
    if given.unit_id is not None:
        top = select(Unit.path).where(Unit.id == given.unit_id).correlate(None).scalar_subquery()
        found.append(_belongs(func.starts_with(Unit.path, top)))
    if given.channel:
        found.append(Delivery.channel == given.channel)
    if given.person_id is not None:
        found.append(Delivery.person_id == given.person_id)
    if given.outcome:
        found.append(OUTCOME.in_((given.outcome,)))
    return found


def of_occasions(given: ProofFilter) -> list[ColumnElement[bool]]:
    """Conditions on Occasion."""
    if given.occasion_id is not None:
        return [Occasion.id == given.occasion_id]
    since = given.since or (given.until or today()) - timedelta(days=DAYS)
    found: list[ColumnElement[bool]] = [Occasion.created_at >= at_local(since, time(0))]
    if given.until is not None:
        found.append(Occasion.created_at < at_local(given.until + timedelta(days=1), time(0)))
    if given.kind:
        found.append(Occasion.kind == given.kind)
    return found


OF_OCCASION = and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id)
