"""Who reads a circular: the person it came to, or whoever answers today for the unit it came to. All as SQL."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, or_, select, union
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


def units_answered(person_id: int) -> CompoundSelect[int]:
    """The ids of the units for which the person reads: its secretary or keeper, or its leading office."""
    return union(
        select(RoleGrant.unit_id).where(RoleGrant.person_id == person_id, *_granted()),
        select(Post.unit_id).where(Post.person_id == person_id, *_held()),
    )


def is_mine(person_id: int) -> ColumnElement[bool]:
    """Whether a receipt is the person's own or one of a unit for which the person reads."""
    return or_(Receipt.person_id == person_id, Receipt.unit_id.in_(units_answered(person_id)))


def is_there() -> ColumnElement[bool]:
    """Whether whom a receipt belongs to is still there: who left and units that ended are not waited for."""
    person, unit = aliased(Person), aliased(Unit)
    return or_(
        exists(
            select(1).where(
                person.tenant_id == Receipt.tenant_id,
                person.id == Receipt.person_id,
                person.state == "active",
            )
        ),
        exists(
            select(1).where(
                unit.tenant_id == Receipt.tenant_id, unit.id == Receipt.unit_id, unit.state == "active"
            )
        ),
    )


def is_open(circular: Any = Circular) -> ColumnElement[bool]:
    """Whether something is still wanted of a receipt: that it be read, or the reply that the circular asks for."""
    return or_(Receipt.read_at.is_(None), and_(circular.reply != "none", Receipt.replied_at.is_(None)))


def readers_of(*conditions: ColumnElement[bool]) -> Select[int]:
    """The ids of the people who read for the receipts that fit, each once."""
    found = union(
        select(Receipt.person_id.label("person_id")).where(Receipt.person_id.is_not(None), *conditions),
        select(RoleGrant.person_id)
        .join(Receipt, and_(Receipt.tenant_id == RoleGrant.tenant_id, Receipt.unit_id == RoleGrant.unit_id))
        .where(*_granted(), *conditions),
        select(Post.person_id)
        .join(Receipt, and_(Receipt.tenant_id == Post.tenant_id, Receipt.unit_id == Post.unit_id))
        .where(*_held(), *conditions),
    ).subquery("readers")
    return select(found.c.person_id)
