"""Hand-over (交接): the open work of a unit passes from the former secretary or chair to the new one.

What passes stands in the registry shared.reminders.handed.HANDED, which later nouns join; here are the offer, its
withdrawal, and the roles.
"""

from sqlalchemy import or_, select

from shared.access.actor import Actor
from shared.accounts.actions.roles import end_role, give_role
from shared.accounts.models import Handover, RoleGrant
from shared.accounts.queries.handover import holds_post
from shared.accounts.queries.roster import POST
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.models import Post

#: The offices whose holder keeps the unit's ledger: with the office passes what is open.
HANDING = ("secretary", "union_chair", "group_leader", "union_group_leader")
#: The role that goes with such an office.
ROLE = "secretary"


def offer_handover(
    actor: Actor, *, unit_id: int, post_code: str, to_person_id: int, from_person_id: int | None
) -> Handover | None:
    """Offer what is open at a unit to the new holder of an office; an open offer of the office is replaced.

    The same offer again gives the one that stands. None where nothing passes: an office that does not lead, or the
    former and the new holder are one person. The caller has checked the actor's right at the unit.
    """
    if post_code not in HANDING or to_person_id == from_person_id:
        return None
    standing = db.session.execute(
        select(Handover)
        .where(Handover.unit_id == unit_id, Handover.post_code == post_code, Handover.state == "open")
        .with_for_update()
    ).scalar_one_or_none()
    if standing is not None:
        if (standing.to_person_id, standing.from_person_id) == (to_person_id, from_person_id):
            return standing
        standing.state, standing.decided_at = "withdrawn", now()
        db.session.flush()
    offered = Handover(
        unit_id=unit_id,
        post_code=post_code,
        from_person_id=from_person_id,
        to_person_id=to_person_id,
        offered_by=actor.person_id,
    )
    db.session.add(offered)
    db.session.flush()
    record(
        actor,
        verb="handover.offer",
        object_type="handover",
        object_id=offered.id,
        unit_id=unit_id,
        detail={"code": post_code, "from": from_person_id, "to": to_person_id},
    )
    return offered


def offer_after(actor: Actor, *, post: Post) -> Handover | None:
    """The offer that follows a new office: from whoever held it before, if anybody did."""
    former = db.session.scalar(
        select(POST.c.person_id)
        .where(
            POST.c.unit_id == post.unit_id,
            POST.c.code == post.code,
            POST.c.person_id != post.person_id,
            POST.c.until.is_not(None),
        )
        .order_by(POST.c.until.desc(), POST.c.id.desc())
        .limit(1)
    )
    return offer_handover(
        actor,
        unit_id=post.unit_id,
        post_code=post.code,
        to_person_id=post.person_id,
        from_person_id=former,
    )


def offer_by_hand(actor: Actor, *, unit_id: int, to_person_id: int, from_person_id: int | None) -> Handover:
    """Offer what is open to somebody who holds a leading office of the unit; by its officer or its outgoing secretary.

    Raises Invalid where the person holds no such office there: the role follows the office, never the wish.
    """
    code = next((code for code in HANDING if holds_post(to_person_id, unit_id, code)), None)
    if code is None:
        raise Invalid(
            fields={"to_person_id": _("The person holds no leading office of this unit; give it first.")}
        )
    if to_person_id == from_person_id:
        raise Invalid(fields={"to_person_id": _("Nobody hands over to themselves.")})
    offered = offer_handover(
        actor, unit_id=unit_id, post_code=code, to_person_id=to_person_id, from_person_id=from_person_id
    )
    if offered is None:
        raise Invalid(fields={"to_person_id": _("Nobody hands over to themselves.")})
    return offered


def withdraw_handover(actor: Actor, *, handover: Handover) -> None:
    """Take an offer back. Raises Conflict once it is decided."""
    if handover.state == "withdrawn":
        return
    if handover.state != "open":
        raise Conflict(_("This hand-over is done; it cannot be taken back."))
    handover.state, handover.decided_at = "withdrawn", now()
    record(
        actor,
        verb="handover.withdraw",
        object_type="handover",
        object_id=handover.id,
        unit_id=handover.unit_id,
    )


def pass_roles(actor: Actor, handover: Handover) -> int:
    """End the former's role of secretary at the unit and give it to the new one; returns the grants ended.

    Another office of the former that leads the unit keeps its role. Works when the former has no role and no seat.
    """
    ended = 0
    former = handover.from_person_id
    stays = former is not None and any(holds_post(former, handover.unit_id, code) for code in HANDING)
    for grant in [] if stays else _open_grants(handover, role=ROLE, person_id=former):
        end_role(actor, grant=grant, on=today())
        ended += 1
    if not _open_grants(handover, role=ROLE, person_id=handover.to_person_id):
        given = give_role(
            actor,
            person_id=handover.to_person_id,
            role=ROLE,
            unit_id=handover.unit_id,
            since=today(),
            until=None,
        )
        # The right came with the office, from whoever offered the hand-over.
        given.granted_by = handover.offered_by
    return ended


def end_loans(actor: Actor, handover: Handover) -> int:
    """End what the former had lent of the unit's ledger; returns how many loans."""
    if handover.from_person_id is None:
        return 0
    lent = db.session.scalars(
        select(RoleGrant).where(
            RoleGrant.unit_id == handover.unit_id,
            RoleGrant.role == "keeper",
            RoleGrant.granted_by == handover.from_person_id,
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until.is_(None), RoleGrant.until >= today()),
        )
    ).all()
    for grant in lent:
        end_role(actor, grant=grant, on=today())
    return len(lent)


def _open_grants(handover: Handover, *, role: str, person_id: int | None) -> list[RoleGrant]:
    if person_id is None:
        return []
    return list(
        db.session.scalars(
            select(RoleGrant)
            .where(
                RoleGrant.unit_id == handover.unit_id,
                RoleGrant.role == role,
                RoleGrant.person_id == person_id,
                RoleGrant.ended_at.is_(None),
                or_(RoleGrant.until.is_(None), RoleGrant.until >= today()),
            )
            .with_for_update()
        )
    )
