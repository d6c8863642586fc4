"""Who reads a circular: the person it came to, or whoever answers today for the unit it came to. All as SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union
from sqlalchemy.orm import aliased

from shared.access.roles import ANSWERING
from shared.accounts.models import RoleGrant
from shared.circulars.models import Circular, Receipt
from shared.clock import today
from shared.members.models import Person, Post
from shared.members.posts import LEADING
from shared.organisations.models import Unit


def _granted() -> tuple[ColumnElement[bool], ...]:
    on = today()
    return (
        RoleGrant.role.in_(ANSWERING),
        RoleGrant.ended_at.is_(None),
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
    )


def _held() -> tuple[ColumnElement[bool], ...]:
    on = today()
    return (Post.code.in_(LEADING), Post.since <= on, or_(Post.until.is_(None), Post.until >= on))


def units_answered(person_id: int) -> Select[int]:
    """The ids of the units for which the person reads: its secretary or keeper, or its leading office.

    With a unit come those it continues (承接): what they had not read passes to it.
    """
    held = union(
        select(RoleGrant.unit_id).where(RoleGrant.person_id == person_id, *_granted()),
        select(Post.unit_id).where(Post.person_id == person_id, *_held()),
    ).subquery()
    answered = select(held.c.unit_id).cte(recursive=True)
    answered = answered.union(
        select(Unit.id).where(Unit.followed_by == answered.c.unit_id, Unit.state != "active")
    )
    return select(answered.c.unit_id)


def continued(*conditions: ColumnElement[bool]) -> Select[int]:
    """The ids of the units that fit and of all that they continue."""
    found = select(Unit.id.label("unit_id")).where(*conditions).cte(recursive=True)
    found = found.union(select(Unit.id).where(Unit.followed_by == found.c.unit_id, Unit.state != "active"))
    return select(found.c.unit_id)


def continuing(unit_ids: Sequence[int]) -> Select[int]:
    """The ids of these units and of those that continue them."""
    found = select(Unit.id.label("unit_id")).where(Unit.id.in_(unit_ids)).cte(recursive=True)
    found = found.union(
        select(Unit.followed_by).where(
            Unit.id == found.c.unit_id, Unit.state != "active", Unit.followed_by.is_not(None)
        )
    )
    return select(found.c.unit_id)


def _spoken_for() -> Any:
    """Rows (unit_id, of_id): each unit speaks for itself and for the units it continues."""
    found = select(Unit.id.label("unit_id"), Unit.id.label("of_id")).cte(recursive=True)
    return found.union(
        select(found.c.unit_id, Unit.id).where(Unit.followed_by == found.c.of_id, Unit.state != "active")
    )


def is_mine(person_id: int) -> ColumnElement[bool]:
    """Whether a receipt is the person's own or one of a unit for which the person reads."""
    return or_(Receipt.person_id == person_id, Receipt.unit_id.in_(units_answered(person_id)))


def is_there() -> ColumnElement[bool]:
    """Whether whom a receipt belongs to is still there: who left and units that ended are not waited for, save those
    that a living unit continues."""
    person = aliased(Person)
    living = select(Unit.id.label("unit_id")).where(Unit.state == "active").cte(recursive=True)
    living = living.union(select(Unit.id).where(Unit.followed_by == living.c.unit_id, Unit.state != "active"))
    return or_(
        exists(
            select(1).where(
                person.tenant_id == Receipt.tenant_id,
                person.id == Receipt.person_id,
                person.state == "active",
            )
        ),
        and_(Receipt.unit_id.is_not(None), Receipt.unit_id.in_(select(living.c.unit_id))),
    )


def is_open(circular: Any = Circular) -> ColumnElement[bool]:
    """Whether something is still wanted of a receipt: that it be read, or the reply that the circular asks for."""
    return or_(Receipt.read_at.is_(None), and_(circular.reply != "none", Receipt.replied_at.is_(None)))


def readers_of(*conditions: ColumnElement[bool]) -> Select[int]:
    """The ids of the people who read for the receipts that fit, each once."""
    for_role, for_post = _spoken_for(), _spoken_for()
    found = union(
        select(Receipt.person_id.label("person_id")).where(Receipt.person_id.is_not(None), *conditions),
        select(RoleGrant.person_id)
        .join(for_role, RoleGrant.unit_id == for_role.c.unit_id)
        .join(Receipt, and_(Receipt.tenant_id == RoleGrant.tenant_id, Receipt.unit_id == for_role.c.of_id))
        .where(*_granted(), *conditions),
        select(Post.person_id)
        .join(for_post, Post.unit_id == for_post.c.unit_id)
        .join(Receipt, and_(Receipt.tenant_id == Post.tenant_id, Receipt.unit_id == for_post.c.of_id))
        .where(*_held(), *conditions),
    ).subquery("readers")
    return select(found.c.person_id)
