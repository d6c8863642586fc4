"""The membership behind a transfer: on its way, given back, carried over, ended."""

from datetime import date

from sqlalchemy import func, or_, select, update

from shared.access.actor import Actor
from shared.accounts.actions.roles import end_role
from shared.accounts.models import RoleGrant
from shared.clock import today
from shared.db import db
from shared.members.actions import end_membership, move_member
from shared.members.models import Membership, MobileStay, Person
from shared.organisations.models import Unit
from shared.transfers.models import Transfer

#: Roles that belong to a unit's own people and end when they leave it.
OF_THE_UNIT = ("secretary", "keeper")


def living(person_id: int | None, line: str) -> Membership | None:
    """The membership of a person on a line that has not ended, held until the end of the transaction."""
    found: Membership | None = db.session.execute(
        select(Membership)
        .where(Membership.person_id == person_id, Membership.kind == line, Membership.until.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return found


def release(transfer: Transfer) -> Membership | None:
    """Where the relationship was on its way, it stands again as before. Returns the living membership."""
    membership = living(transfer.person_id, transfer.line)
    if membership is not None and membership.relation == "leaving":
        membership.relation = transfer.relation_before or "registered"
        db.session.flush()
    return membership


def carry_over(actor: Actor, transfer: Transfer, *, to: Unit) -> Membership | None:
    """End it in the one unit and begin it in the other, both on the day of the transfer."""
    membership = release(transfer)
    if membership is None:
        return None
    membership.relation = "registered"
    moved = move_member(actor, membership, to=to, on=_day(membership, transfer.effective_on))
    _end_roles(actor, membership.person_id, membership.unit_id, gone=False)
    _end_stay(membership.person_id, transfer.effective_on)
    return moved


def let_go(actor: Actor, transfer: Transfer) -> Membership | None:
    """End it for good, with the offices and roles that go with it."""
    membership = release(transfer)
    if membership is None:
        return None
    membership.relation = "registered"
    end_membership(actor, membership, on=_day(membership, transfer.effective_on), reason="transferred")
    db.session.flush()
    left = db.session.scalar(select(Person.state).where(Person.id == membership.person_id)) == "left"
    _end_roles(actor, membership.person_id, membership.unit_id, gone=left)
    _end_stay(membership.person_id, transfer.effective_on)
    return membership


def _day(membership: Membership, wanted: date) -> date:
    """A reform may have carried the person to another unit since it was sent: then it ends there that day."""
    return max(wanted, membership.since)


def _end_roles(actor: Actor, person_id: int, unit_id: int, *, gone: bool) -> None:
    """Roles at the unit end with the belonging; whoever has left the tenant keeps none but the last administrator's,
    which names nobody any more once the person is gone."""
    open_grants = select(RoleGrant).where(
        RoleGrant.person_id == person_id,
        RoleGrant.ended_at.is_(None),
        or_(RoleGrant.until.is_(None), RoleGrant.until >= today()),
    )
    if gone:
        open_grants = open_grants.where(RoleGrant.role != "admin")
    else:
        open_grants = open_grants.where(RoleGrant.unit_id == unit_id, RoleGrant.role.in_(OF_THE_UNIT))
    for grant in db.session.scalars(open_grants).all():
        end_role(actor, grant=grant, on=today())


def _end_stay(person_id: int, on: date) -> None:
    """Being away from, or a guest with, a unit ends with the transfer."""
    db.session.execute(
        update(MobileStay)
        .where(MobileStay.person_id == person_id, MobileStay.until.is_(None))
        .values(until=func.greatest(MobileStay.since, on))
        .execution_options(synchronize_session=False)
    )
