"""One message a person and way about one thing that happened; the worker composes and sends it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, and_, any_, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.accounts.models import RoleGrant, Seat
from shared.accounts.queries.roster import PERSON, POST
from shared.clock import today
from shared.db import after_commit, db
from shared.jobs import nudge
from shared.members.posts import LEADING
from shared.messages.actions import SEND, open_occasion
from shared.messages.models import Delivery


def answering_for(*unit_ids: int) -> set[int]:
    """Who answers for these units today: secretaries and keepers, and whoever leads one by office. Two queries."""
    on = today()
    units = literal(list(unit_ids), ARRAY(BigInteger))
    by_role = select(RoleGrant.person_id).where(
        RoleGrant.unit_id == any_(units),
        RoleGrant.role.in_(("secretary", "keeper")),
        RoleGrant.ended_at.is_(None),
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
    )
    by_post = select(POST.c.person_id).where(
        POST.c.unit_id == any_(units), POST.c.code.in_(LEADING), POST.c.until.is_(None)
    )
    return {*db.session.scalars(by_role), *db.session.scalars(by_post)}


def tell(
    actor: Actor, *, kind: str, key: str, detail: dict[str, Any], person_ids: Iterable[int | None]
) -> int:
    """Have these people told; the same key again tells only who was not told before. Returns the number of messages.

    In the app for whoever has a seat, by mail for whoever has an address. `kind` names the composer in
    services/worker/messages.py, which gets `detail`: keys, never a personal datum.
    """
    people = sorted({person_id for person_id in person_ids if person_id is not None})
    if not people:
        return 0
    occasion_id, _new = open_occasion(actor, kind=kind, key=key, detail=detail)
    reached = and_(PERSON.c.id == any_(literal(people, ARRAY(BigInteger))), PERSON.c.state == "active")
    ways = union_all(
        select(PERSON.c.id, literal("in_app").label("channel"))
        .join(Seat, and_(Seat.person_id == PERSON.c.id, Seat.state == "active"))
        .where(reached),
        select(PERSON.c.id, literal("email").label("channel")).where(
            reached, PERSON.c.email.is_not(None), PERSON.c.email != ""
        ),
    ).subquery()
    made = db.session.scalars(
        insert(Delivery)
        .from_select(
            ["occasion_id", "person_id", "channel"],
            select(literal(occasion_id), ways.c.id, ways.c.channel),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "occasion_id", "person_id", "channel"])
        .returning(Delivery.id)
    ).all()
    if made:
        after_commit(nudge(SEND))
    return len(made)
