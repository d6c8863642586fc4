"""Who may be named as going, posted or keeping in touch: by name, people in reach and the leaders above."""

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.errors import Invalid
from shared.i18n import _
from shared.members.models import Membership, Person, Post
from shared.members.posts import LEADING
from shared.members.terms import name_key
from shared.organisations.models import Unit

#: Names offered while typing.
MOST = 300


def _above(actor: Actor) -> list[int]:
    """The units above the actor's own."""
    return sorted(
        {
            int(step)
            for reached in actor.reaches(Permission.DEED_EDIT)
            for step in (reached.path or "").rstrip(".").split(".")[:-1]
        }
    )


def _office(actor: Actor) -> ColumnElement[bool]:
    """Offices held in reach, and the leading ones above."""
    return and_(
        Post.until.is_(None),
        or_(
            reach_filter(actor, Permission.DEED_EDIT, Unit.path),
            and_(Post.code.in_(LEADING), Unit.id.in_(_above(actor))),
        ),
    )


def people_offered(actor: Actor) -> list[tuple[str, str]]:
    """(name, unit) of those who lead units that have others below, and of leaders above; for typing. One query.

    Where there are none, whoever holds an office in reach.
    """
    child = aliased(Unit)
    leads_others = exists(
        select(1).where(
            child.tenant_id == Unit.tenant_id, child.parent_id == Unit.id, child.state == "active"
        )
    )
    rows = db.session.execute(
        select(Person.name, func.min(Unit.name))
        .join(Post, and_(Post.tenant_id == Person.tenant_id, Post.person_id == Person.id))
        .join(Unit, and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .where(_office(actor), Person.state == "active")
        .group_by(Person.id, Person.name, Person.name_key)
        .order_by(func.bool_or(leads_others).desc(), Person.name_key, Person.id)
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in rows]


def person_named(actor: Actor, text: str, *, field: str) -> int:
    """The one person so called, "name" or "name（unit）". Raises Invalid under `field`. One query."""
    name, _sep, place = text.strip().replace("(", "（").replace(")", "）").partition("（")
    name, place = name.strip(), place.rstrip("）").strip()
    key = name_key(name) if name else ""
    member = (
        select(Person.id, Unit.name)
        .join(Membership, and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Person.name_key == key,
            Person.state == "active",
            Membership.until.is_(None),
            reach_filter(actor, Permission.DEED_EDIT, Unit.path),
        )
    )
    holder = (
        select(Person.id, Unit.name)
        .join(Post, and_(Post.tenant_id == Person.tenant_id, Post.person_id == Person.id))
        .join(Unit, and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .where(Person.name_key == key, Person.state == "active", _office(actor))
    )
    rows = db.session.execute(union(member, holder)).all() if name else []
    found = {row[0] for row in rows if not place or row[1] == place}
    if len(found) == 1:
        return int(found.pop())
    said = (
        _("Several people are called so; write the unit in brackets behind the name.")
        if found
        else _("Nobody in your units, and no leader above, is called so.")
    )
    raise Invalid(_("Some fields need another look."), fields={field: said})


def office_of(person_id: int) -> int | None:
    """The unit that the person leads, the highest of several; None for whoever leads none. One query."""
    return db.session.scalar(
        select(Unit.id)
        .join(Post, and_(Post.tenant_id == Unit.tenant_id, Post.unit_id == Unit.id))
        .where(Post.person_id == person_id, Post.code.in_(LEADING), Post.until.is_(None))
        .order_by(func.length(Unit.path), Unit.id)
        .limit(1)
    )
