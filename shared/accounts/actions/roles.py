"""Giving, lending and ending roles. A grant is never deleted: it ends."""

from datetime import date, timedelta

from sqlalchemy import or_, select

from shared.access.actor import Actor
from shared.access.permissions import Reach
from shared.access.roles import ROLES
from shared.accounts.actions.invitations import end_seat
from shared.accounts.models import RoleGrant
from shared.accounts.queries.grants import lasting_admins
from shared.accounts.queries.roster import MEMBERSHIP, PERSON
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _

#: The longest that a secretary may lend the keeping of the ledger at once.
LONGEST_LOAN = timedelta(days=366)


def give_role(
    actor: Actor, *, person_id: int, role: str, unit_id: int | None, since: date, until: date | None
) -> RoleGrant:
    """A role for a person at a unit from one day to another, both included.

    Raises Invalid with the field's name for an unknown role, a unit missing or too much, dates the wrong way round;
    Conflict where the person has this role there in these days already.
    """
    spec = ROLES.get(role)
    if spec is None or spec.reach is Reach.SELF:
        raise Invalid(_("Choose a role."), fields={"role": _("Choose a role.")})
    if spec.reach is Reach.TENANT:
        unit_id = None
    elif unit_id is None:
        raise Invalid(
            _("Choose the unit for this role."), fields={"unit_id": _("Choose the unit for this role.")}
        )
    if until is not None and until < since:
        raise Invalid(
            _("The last day lies before the first."),
            fields={"until": _("The end lies before the beginning.")},
        )
    _hold_person(person_id)
    same = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.unit_id.is_not_distinct_from(unit_id),
        RoleGrant.ended_at.is_(None),
        or_(RoleGrant.until.is_(None), RoleGrant.until >= since),
    )
    if until is not None:
        same = same.where(RoleGrant.since <= until)
    if db.session.scalar(same.limit(1)) is not None:
        raise Conflict(
            _("This person has this role there in these days already. End it first, or change the dates.")
        )
    grant = RoleGrant(
        person_id=person_id, role=role, unit_id=unit_id, since=since, until=until, granted_by=actor.person_id
    )
    db.session.add(grant)
    db.session.flush()
    record(
        actor,
        verb="role.give",
        object_type="person",
        object_id=person_id,
        unit_id=unit_id,
        detail={"role": role, "since": since.isoformat(), "until": until.isoformat() if until else None},
    )
    return grant


def end_role(actor: Actor, *, grant: RoleGrant, on: date) -> None:
    """End a role after the given day; today or earlier means now. The last lasting administrator stays."""
    if grant.ended_at is not None or (grant.until is not None and grant.until < today()):
        raise Conflict(_("This role has ended already."))
    if grant.role == "admin" and grant.until is None:
        keep_an_admin(without=grant.person_id)
    if on > today() and on >= grant.since:
        if grant.until is not None and on > grant.until:
            raise Invalid(_("It ends earlier already."), fields={"on": _("It ends earlier already.")})
        grant.until = on
    else:
        grant.ended_at = now()
    record(
        actor,
        verb="role.end",
        object_type="person",
        object_id=grant.person_id,
        unit_id=grant.unit_id,
        detail={"role": grant.role, "on": max(on, today()).isoformat()},
    )


def lend_ledger(actor: Actor, *, person_id: int, unit_id: int, until: date) -> RoleGrant:
    """Lend the keeping of a unit's ledger to one of its members until a day, at most a year ahead."""
    if not today() <= until <= today() + LONGEST_LOAN:
        wrong = _("From today to a year ahead at most.")
        raise Invalid(wrong, fields={"until": wrong})
    belongs = db.session.scalar(
        select(MEMBERSHIP.c.person_id).where(
            MEMBERSHIP.c.person_id == person_id, MEMBERSHIP.c.unit_id == unit_id, MEMBERSHIP.c.until.is_(None)
        )
    )
    if belongs is None:
        wrong = _("Choose a member of this unit.")
        raise Invalid(wrong, fields={"person_id": wrong})
    return give_role(
        actor=actor, person_id=person_id, role="keeper", unit_id=unit_id, since=today(), until=until
    )


def keep_an_admin(*, without: int) -> None:
    """Raise Conflict where nobody but this person is administrator with a place and no end date.

    The rows are locked, so that two administrators who end each other come one after the other.
    """
    admins = lasting_admins(today())
    if without in admins and not [person for person in admins if person != without]:
        raise Conflict(_("The last administrator with an account and no end date stays; name another first."))


def withdraw_seat(actor: Actor, *, person_id: int) -> None:
    """End a person's place in this tenant. The last lasting administrator stays."""
    keep_an_admin(without=person_id)
    end_seat(actor=actor, person_id=person_id)


def retire(actor: Actor, *, person_id: int) -> None:
    """End place and roles of somebody who has left the tenant."""
    withdraw_seat(actor=actor, person_id=person_id)
    open_grants = select(RoleGrant).where(
        RoleGrant.person_id == person_id,
        RoleGrant.ended_at.is_(None),
        or_(RoleGrant.until.is_(None), RoleGrant.until >= today()),
    )
    for grant in db.session.scalars(open_grants):
        end_role(actor=actor, grant=grant, on=today())


def _hold_person(person_id: int) -> None:
    held = db.session.execute(
        select(PERSON.c.id).where(PERSON.c.id == person_id, PERSON.c.state == "active").with_for_update()
    ).one_or_none()
    if held is None:
        raise NotFound(_("There is nothing at this address."))
