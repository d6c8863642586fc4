"""Who is told, and by which ways.

Each read takes one table by keys, and the rows are put together here: a tenant that was imported a minute ago has no
statistics yet, and a join over its rows may be planned as if there were one of each.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from shared.access.roles import ANSWERING
from shared.accounts.models import RoleGrant
from shared.accounts.queries.ways import reached
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.members.models import Post
from shared.members.posts import LEADING
from shared.messages.channels import NOWHERE
from shared.messages.topics import topic_of

#: Roles that answer for their own unit, and those that answer for what lies below theirs.
OWN = ANSWERING
SUPERIOR = ("officer", "leader")


class Told(NamedTuple):
    """One item to one person by one way; NOWHERE for whoever has no way at all."""

    due_item_id: int
    unit_id: int
    person_id: int
    channel: str


def among(column: InstrumentedAttribute[int], keys: Iterable[int]) -> ColumnElement[bool]:
    """column = any(keys): one parameter, however many keys."""
    return column == any_(literal(list(keys), ARRAY(BigInteger)))


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(
        RoleGrant.ended_at.is_(None),
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
    )


def answering(unit_ids: Iterable[int], *, on: date, roles: tuple[str, ...] = OWN) -> dict[int, set[int]]:
    """The people who answer for each unit that day: by one of `roles` there, or by a leading office. Two queries."""
    units = list(unit_ids)
    found: dict[int, set[int]] = {unit_id: set() for unit_id in units}
    by_role = select(RoleGrant.unit_id, RoleGrant.person_id).where(
        RoleGrant.unit_id == any_(literal(units, ARRAY(BigInteger))), RoleGrant.role.in_(roles), _in_force(on)
    )
    by_post = select(Post.unit_id, Post.person_id).where(
        among(Post.unit_id, units),
        Post.code.in_(LEADING),
        Post.since <= on,
        or_(Post.until.is_(None), Post.until >= on),
    )
    for unit_id, person_id in [*db.session.execute(by_role), *db.session.execute(by_post)]:
        if unit_id is not None:
            found[unit_id].add(person_id)
    return found


def superiors(paths: dict[int, str], *, on: date, roles: tuple[str, ...] = SUPERIOR) -> dict[int, set[int]]:
    """Those responsible (by one of `roles`) for the nearest unit above each that has any; a grant without a unit is
    for all. One query."""
    holders: dict[int | None, set[int]] = {}
    for unit_id, person_id in db.session.execute(
        select(RoleGrant.unit_id, RoleGrant.person_id).where(RoleGrant.role.in_(roles), _in_force(on))
    ):
        holders.setdefault(unit_id, set()).add(person_id)
    found: dict[int, set[int]] = {}
    for unit_id, path in paths.items():
        above: list[int | None] = [int(step) for step in path.rstrip(".").split(".")[:-1]]
        nearest = next((step for step in [*reversed(above), None] if step in holders), None)
        found[unit_id] = holders.get(nearest, set())
    return found


def ways(person_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """By which ways each active person can be reached; (NOWHERE,) for none. One query.

    A person who left is in none of them.
    """
    given = select(func.unnest(literal(list(person_ids), ARRAY(BigInteger))))
    found: dict[int, tuple[str, ...]] = {}
    for person_id, channel, reason in db.session.execute(reached(given, topic=topic_of("digest"))):
        if reason in (None, "no_address", "bounced"):
            before = found.get(person_id, ())
            found[person_id] = before if reason else (*before, channel)
    return {person_id: tuple(sorted(open_ways)) or (NOWHERE,) for person_id, open_ways in found.items()}


def told_by_hand(due_item_ids: list[int]) -> list[Told]:
    """Whom a press for these items reaches today, as far as the items are open. Four queries, however many."""
    items = db.session.execute(
        select(DueItem.id, DueItem.unit_id).where(among(DueItem.id, due_item_ids), DueItem.state == "open")
    ).all()
    return told_of({item.id: item.unit_id for item in items})


def told_of(items: dict[int, int]) -> list[Told]:
    """Whom open items, each with its unit, reach today. Three queries, however many."""
    people = answering(set(items.values()), on=today())
    by_way = ways(set().union(*people.values()))
    # Of each unit once, however many items it owes.
    reached = {
        unit_id: [(person_id, channel) for person_id in answers for channel in by_way.get(person_id, ())]
        for unit_id, answers in people.items()
    }
    return sorted(
        Told(key, unit_id, person_id, channel)
        for key, unit_id in items.items()
        for person_id, channel in reached[unit_id]
    )
