"""Who has paid nothing for months. For the committee only; nothing follows by itself, and nobody is ranked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.models import RoleGrant
from shared.clock import today
from shared.db import db
from shared.dues.models import Charge, Payment
from shared.dues.money import first_of
from shared.dues.queries.overview import PAGE, Scope
from shared.members.models import Membership, Person, Post
from shared.members.posts import LEADING
from shared.organisations.models import Unit

#: Months without any payment after which the committee is told (domain facts §5: at most six back).
LONG = 6


@dataclass(frozen=True, slots=True)
class LongUnpaid:
    """Somebody who has paid nothing for months; for the committee only, in the order of units and names."""

    person_id: int
    name: str
    unit_id: int
    unit_name: str
    path: str
    months: int
    since: date
    owed: Decimal


def _long_unpaid(
    line: str, *conditions: ColumnElement[bool]
) -> Select[int, str, int, str, str, str, int, date, Decimal]:
    """People of living memberships who were asked in LONG months or more since the last one they paid anything for."""
    last = (
        select(func.max(Payment.month))
        .where(
            Payment.tenant_id == Membership.tenant_id,
            Payment.person_id == Membership.person_id,
            Payment.line == line,
            Payment.amount > 0,
        )
        .correlate(Membership)
        .scalar_subquery()
    )
    asked = (
        select(Charge.for_month, func.sum(Charge.payable).label("payable"))
        .where(
            Charge.tenant_id == Membership.tenant_id,
            Charge.person_id == Membership.person_id,
            Charge.line == line,
            Charge.for_month < first_of(today()),
            Charge.for_month > func.coalesce(last, date(1900, 1, 1)),
        )
        .group_by(Charge.for_month)
        .having(func.sum(Charge.payable) > 0)
        .correlate(Membership)
        .subquery("asked")
    )
    summed = (
        select(
            func.count().label("months"),
            func.min(asked.c.for_month).label("since"),
            func.sum(asked.c.payable).label("owed"),
        )
        .select_from(asked)
        .lateral("summed")
    )
    return (
        select(
            Person.id,
            Person.name,
            Unit.id,
            Unit.name,
            Unit.path,
            Person.name_key,
            summed.c.months,
            summed.c.since,
            summed.c.owed,
        )
        .select_from(Membership)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .join(summed, summed.c.months >= LONG)
        .where(Membership.until.is_(None), Membership.kind == line, *conditions)
    )


def long_unpaid(
    actor: Actor, scope: Scope, *, after: tuple[str, str, int] = ("", "", 0), size: int = PAGE
) -> tuple[list[LongUnpaid], tuple[str, str, int] | None]:
    """A page of the list, in the order of units and names, never of sums; and the place to go on from. One query."""
    conditions = [reach_filter(actor, Permission.DUES_VIEW, Unit.path)]
    if scope.path is not None:
        conditions.append(func.starts_with(Unit.path, scope.path))
    place = func.row(Unit.path, Person.name_key, Person.id)
    found = list(
        db.session.execute(
            _long_unpaid(scope.line, *conditions, place > func.row(*after))
            .order_by(Unit.path, Person.name_key, Person.id)
            .limit(size + 1)
        )
    )
    more, found = len(found) > size, found[:size]
    rows = [LongUnpaid(row[0], row[1], row[2], row[3], row[4], row[6], row[7], row[8]) for row in found]
    last = (found[-1][4], found[-1][5], found[-1][0]) if more else None
    return rows, last


def units_with_long_unpaid(line: str) -> dict[int, tuple[str, int]]:
    """Path and number of people by unit, over the whole tenant; for the nightly alert."""
    found: dict[int, tuple[str, int]] = {}
    for row in db.session.execute(_long_unpaid(line)):
        path, count = found.get(row[2], (row[4], 0))
        found[row[2]] = (path, count + 1)
    return found


def committees(unit_ids: list[int], *, on: date) -> dict[int, set[int]]:
    """Secretary and holders of a leading office of each unit that day; no keeper, no member. Two queries."""
    found: dict[int, set[int]] = {unit_id: set() for unit_id in unit_ids}
    by_role = select(RoleGrant.unit_id, RoleGrant.person_id).where(
        RoleGrant.unit_id.in_(unit_ids),
        RoleGrant.role == "secretary",
        RoleGrant.ended_at.is_(None),
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
    )
    by_post = select(Post.unit_id, Post.person_id).where(
        Post.unit_id.in_(unit_ids),
        Post.code.in_(LEADING),
        Post.since <= on,
        or_(Post.until.is_(None), Post.until >= on),
    )
    for unit_id, person_id in [*db.session.execute(by_role), *db.session.execute(by_post)]:
        found[unit_id].add(person_id)
    return found
