"""Memberships: change the standing or the relation, move to another unit, end with a reason."""

from datetime import date

from sqlalchemy import func, select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.db.types import PartialDate
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.actions.correcting import said_reason
from shared.members.models import Membership, MobileStay, Person, Post
from shared.members.relations import BY_HAND
from shared.members.statuses import ENDINGS, STATUSES
from shared.organisations.models import Unit


def _open(membership: Membership) -> None:
    if membership.until is not None:
        raise Conflict(_("This membership ended on %(day)s already.", day=membership.until))


def _check_day(on: date, since: date) -> None:
    if on > today() or on < since:
        raise Invalid(fields={"on": _("The day lies in the future or before the beginning: %(day)s", day=on)})


def change_status(
    actor: Actor, membership: Membership, *, status: str, confirmed: PartialDate | None = None
) -> bool:
    """Another standing in the same unit, such as 转正; returns whether it changed."""
    _open(membership)
    spec = STATUSES.get(status)
    if spec is None or spec.line != membership.kind:
        raise Invalid(fields={"status": _("Choose what the person is in this unit.")})
    if membership.status == status and confirmed in (None, membership.confirmed):
        return False
    before, membership.status = membership.status, status
    if confirmed is not None:
        membership.confirmed = confirmed
    record(
        actor,
        verb="membership.status",
        object_type="person",
        object_id=membership.person_id,
        unit_id=membership.unit_id,
        detail={"from": before, "to": status},
    )
    return True


def change_relation(actor: Actor, membership: Membership, *, relation: str, on: date, reason: str) -> bool:
    """Where the relationship stands (shared.members.relations), by hand and with a reason: lost contact, reported.

    Being away follows from a mobile stay and being on the way from a transfer: those are ended there. Returns
    whether it changed.
    """
    _open(membership)
    if relation not in BY_HAND:
        raise Invalid(fields={"relation": _("Choose where the relationship stands.")})
    if membership.relation == relation:
        return False
    if membership.relation == "leaving":
        raise Conflict(_("A transfer is on its way; withdraw it first."))
    _check_day(on, membership.since)
    said = said_reason(reason)
    before, membership.relation = membership.relation, relation
    if before in ("out", "in"):
        close_stays(membership.person_id, on)
    record(
        actor,
        verb="membership.relation",
        object_type="person",
        object_id=membership.person_id,
        unit_id=membership.unit_id,
        detail={"from": before, "to": relation, "on": on.isoformat(), "reason": said},
    )
    return True


def close_stays(person_id: int, on: date) -> None:
    """Nobody is away from, or a guest of, a unit to which they do not belong."""
    db.session.execute(
        update(MobileStay)
        .where(MobileStay.person_id == person_id, MobileStay.until.is_(None))
        .values(until=func.greatest(MobileStay.since, on))
    )


def _end_posts(person_id: int, unit_id: int, on: date) -> int:
    """Whoever leaves a unit holds no office there any more."""
    ended = db.session.scalars(
        update(Post)
        .where(Post.person_id == person_id, Post.unit_id == unit_id, Post.until.is_(None))
        .values(until=func.greatest(Post.since, on))
        .returning(Post.id)
    ).all()
    return len(ended)


def end_membership(actor: Actor, membership: Membership, *, on: date, reason: str) -> None:
    """End a membership with a reason (a key of ENDINGS), and the posts held in that unit with it.

    The person leaves the roster with their last membership. Raises Conflict when it ended already.
    """
    _open(membership)
    if reason not in ENDINGS:
        raise Invalid(fields={"reason": _("Choose why it ends.")})
    _check_day(on, membership.since)
    membership.until, membership.end_reason = on, reason
    if membership.kind == "party":
        close_stays(membership.person_id, on)
    posts = _end_posts(membership.person_id, membership.unit_id, on)
    db.session.flush()
    others = db.session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.person_id == membership.person_id, Membership.until.is_(None))
    )
    if not others:
        db.session.execute(
            update(Person)
            .where(Person.id == membership.person_id, Person.state == "active")
            .values(state="left")
        )
    record(
        actor,
        verb="membership.end",
        object_type="person",
        object_id=membership.person_id,
        unit_id=membership.unit_id,
        detail={"reason": reason, "posts_ended": posts},
    )


def move_member(actor: Actor, membership: Membership, *, to: Unit, on: date) -> Membership:
    """Carry a membership over to another unit of the tenant; what was stays in the history."""
    _open(membership)
    _check_day(on, membership.since)
    if to.id == membership.unit_id:
        raise Invalid(fields={"unit_id": _("The person belongs there already.")})
    if to.line != membership.kind or to.state != "active":
        raise Invalid(fields={"unit_id": _("This unit cannot take the person.")})
    membership.until, membership.end_reason = on, "transferred"
    _end_posts(membership.person_id, membership.unit_id, on)
    db.session.flush()
    moved = Membership(
        person_id=membership.person_id,
        unit_id=to.id,
        kind=membership.kind,
        status=membership.status,
        relation="registered" if membership.relation == "leaving" else membership.relation,
        card_number=membership.card_number,
        joined=membership.joined,
        confirmed=membership.confirmed,
        since=on,
    )
    db.session.add(moved)
    record(
        actor,
        verb="membership.move",
        object_type="person",
        object_id=membership.person_id,
        unit_id=to.id,
        detail={"from": membership.unit_id, "to": to.id},
    )
    return moved
