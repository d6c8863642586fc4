"""What decides about somebody's messages today: what the person answers for, and by which ways they come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.models import RoleGrant
from shared.clock import now, today
from shared.db import db
from shared.members.models import Membership, Person, Post
from shared.members.posts import LEADING
from shared.organisations.models import Unit
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import OWN, SUPERIOR, ways


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides about a person's messages today."""

    #: Units the person answers for, and those the person only belongs to: (id, name).
    answers: list[tuple[int, str]]
    belongs: list[tuple[int, str]]
    #: Responsible for units below: told of what is overdue only, in counts.
    above: bool
    ways: tuple[str, ...]
    #: When messages may make themselves heard again; None: now.
    quiet_until: datetime | None


def standing_of(actor: Actor, person: Person, steps: Ladder) -> Standing:
    """Where a person answers and belongs, as far as the actor's reach goes, and by which ways. Five queries."""
    on = today()
    in_force = and_(
        RoleGrant.person_id == person.id,
        RoleGrant.ended_at.is_(None),
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
    )
    grants = db.session.execute(select(RoleGrant.role, RoleGrant.unit_id).where(in_force)).all()
    answers = {row.unit_id for row in grants if row.role in OWN and row.unit_id is not None}
    answers |= set(
        db.session.scalars(
            select(Post.unit_id).where(
                Post.person_id == person.id,
                Post.code.in_(LEADING),
                Post.since <= on,
                or_(Post.until.is_(None), Post.until >= on),
            )
        )
    )
    belongs = set(
        db.session.scalars(
            select(Membership.unit_id).where(Membership.person_id == person.id, Membership.until.is_(None))
        )
    )
    units = db.session.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.id.in_(answers | belongs),
            Unit.state == "active",
            reach_filter(actor, Permission.REMINDER_VIEW, Unit.path),
        )
        .order_by(Unit.path)
    ).all()
    at = now()
    opens = steps.hours.opens(at)
    return Standing(
        answers=[(row.id, row.name) for row in units if row.id in answers],
        belongs=[(row.id, row.name) for row in units if row.id not in answers],
        above=any(row.role in SUPERIOR for row in grants),
        ways=ways([person.id]).get(person.id, ()),
        quiet_until=opens if opens > at else None,
    )
