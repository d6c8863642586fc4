"""What the product knows of units, so that nobody is asked for it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Select, and_, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from shared.clock import today
from shared.db import db
from shared.members.models import Membership, Person, Post
from shared.members.posts import LEADING, POSTS
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED
from shared.organisations.models import Unit
from shared.returns.columns import Column

Known = dict[int, dict[str, str]]


def known_of(columns: Collection[Column], unit_ids: Collection[int]) -> Known:
    """unit → what it is known by (keys of KNOWN) → text. At most one query a kind of knowledge asked for."""
    asked = {column.known for column in columns if column.known}
    found: Known = {unit_id: {} for unit_id in unit_ids}
    if not asked or not found:
        return found
    ids = literal(list(found), ARRAY(BigInteger))
    if "unit" in asked:
        for unit_id, name in db.session.execute(select(Unit.id, Unit.name).where(Unit.id == any_(ids))):
            found[unit_id]["unit"] = name
    if "secretary" in asked:
        for unit_id, name in _leaders(ids):
            found[unit_id].setdefault("secretary", name)
    for key in ("members", "members_below"):
        if key in asked:
            rows = db.session.execute(_members(ids, below=key == "members_below"))
            counts = {row[0]: row[1] for row in rows}
            for unit_id, known in found.items():
                known[key] = str(counts.get(unit_id, 0))
    return found


def _leaders(ids: Any) -> list[tuple[int, str]]:
    """Who leads each unit today, the highest office first."""
    on = today()
    rows = db.session.execute(
        select(Post.unit_id, Post.code, Person.name)
        .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
        .where(
            Post.unit_id == any_(ids),
            Post.code.in_(LEADING),
            Post.since <= on,
            or_(Post.until.is_(None), Post.until > on),
        )
    ).all()
    rows = sorted(rows, key=lambda row: POSTS[row[1]].rank)
    return [(row[0], row[2]) for row in rows]


def _members(ids: Any, *, below: bool) -> Select[Any]:
    asked, inner = aliased(Unit), aliased(Unit)
    within = func.starts_with(inner.path, asked.path) if below else inner.id == asked.id
    found: Any = (
        select(asked.id, func.count(func.distinct(Membership.person_id)))
        .join(inner, and_(inner.tenant_id == asked.tenant_id, within))
        .join(
            Membership,
            and_(
                Membership.tenant_id == inner.tenant_id,
                Membership.unit_id == inner.id,
                Membership.until.is_(None),
                Membership.status.in_(COUNTED),
                Membership.relation.in_(COUNTING),
            ),
        )
        .where(asked.id == any_(ids))
        .group_by(asked.id)
    )
    return found  # type: ignore[no-any-return]
