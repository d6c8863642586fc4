"""Who is told what became of a transfer: one message a person and way, once for each step."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from shared.access.actor import Actor
from shared.accounts.actions.telling import tell as tell_people
from shared.accounts.models import RoleGrant
from shared.clock import today
from shared.db import db
from shared.members.models import Post
from shared.members.posts import LEADING
from shared.organisations.models import Unit
from shared.organisations.queries import ids_of
from shared.transfers.models import Transfer

#: The kind of occasion, for the composers in services/worker/messages.py.
KIND = "transfer"
#: Steps that are told: it was sent, it came in, it was answered, it was taken back.
STEPS = ("sent", "arrived", "accepted", "refused", "withdrawn")
#: Who receives for a unit, the nearest first.
_RANK = {"secretary": 0, "officer": 1, "admin": 2}


def acting_for(unit_id: int | None, on: date) -> set[int]:
    """Who sends and receives for a unit: its secretary, or whoever leads it; else the nearest officer above, else the
    administrators. Three queries.
    """
    path = db.session.scalar(select(Unit.path).where(Unit.id == unit_id)) if unit_id else None
    steps = ids_of(path) if path else []
    grants = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.unit_id).where(
            RoleGrant.role.in_(_RANK),
            or_(RoleGrant.unit_id.is_(None), RoleGrant.unit_id.in_(steps)),
            RoleGrant.ended_at.is_(None),
            RoleGrant.since <= on,
            or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
        )
    ).all()
    own = {row.person_id for row in grants if row.role == "secretary" and row.unit_id == unit_id}
    own |= set(
        db.session.scalars(
            select(Post.person_id).where(
                Post.unit_id == (unit_id or 0), Post.code.in_(LEADING), Post.until.is_(None)
            )
        )
    )
    if own:
        return own
    for step in [*reversed(steps), None]:
        officers = {row.person_id for row in grants if row.role == "officer" and row.unit_id == step}
        if officers:
            return officers
    return {row.person_id for row in grants if row.role == "admin"}


def tell(actor: Actor, transfer: Transfer, step: str, person_ids: Iterable[int | None]) -> int:
    """Have these people told of one step; the same step a second time tells nobody. Returns the number of messages."""
    return tell_people(
        actor,
        kind=KIND,
        key=f"{KIND}:{transfer.id}:{step}",
        detail={"transfer_id": transfer.id, "step": step},
        person_ids=person_ids,
    )


def tell_receivers(actor: Actor, transfer: Transfer, step: str) -> int:
    """Those who receive for the unit."""
    return tell(actor, transfer, step, acting_for(transfer.to_unit_id, today()))


def tell_senders(actor: Actor, transfer: Transfer, step: str) -> int:
    """Those who act for the sending unit, whoever sent it, and the person."""
    people = acting_for(transfer.from_unit_id, today())
    return tell(actor, transfer, step, {*people, transfer.asked_by, transfer.person_id})
