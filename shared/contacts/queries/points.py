"""Contact points with the visits of a year: what is missing first; a unit's, a person's own."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.contacts.models import ContactPoint, Visit
from shared.db import db
from shared.duties.queries.filters import below
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.tenants.queries import setting

PAGE = 50
VIEWS = ("missing", "current", "ended", "all")
#: Contacts on a unit's page and on a leader's page of today.
NAMED = 20


@dataclass(frozen=True, slots=True)
class PointFilter:
    """`view`: missing (visits of the year still to be made), current, ended, all. `after`: the last row before."""

    year: int
    view: str = "current"
    unit_id: int | None = None
    after: tuple[int, str, int] | None = None


@dataclass(frozen=True, slots=True)
class PointRow:
    #: How many visits a year the tenant asks for; 0: none.
    asked: int
    id: int
    unit_id: int
    unit_name: str
    person_id: int
    person: str
    office: str
    since: date
    until: date | None
    remark: str
    made: int
    last_on: date | None
    path: str

    @property
    def missing(self) -> int:
        return max(self.asked - self.made, 0) if self.until is None else 0

    @property
    def order(self) -> tuple[int, str, int]:
        return (0 if self.missing else 1, self.path, self.id)


def visits_asked() -> int:
    """How many visits a contact point gets a year, by the tenant's choice."""
    return int(setting("contact_visits"))


def _made(year: int) -> LateralFromClause:
    """The visits of the year of a contact point, those before it was taken over too."""
    return (
        select(func.count().label("made"), func.max(Visit.on_date).label("last_on"))
        .where(
            Visit.tenant_id == ContactPoint.tenant_id,
            or_(Visit.contact_id == ContactPoint.id, Visit.contact_id == ContactPoint.former_id),
            Visit.state == "held",
            Visit.on_date.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .correlate(ContactPoint)
        .lateral("made")
    )


def _read(year: int, asked: int, *conditions: ColumnElement[bool]) -> tuple[Any, Any]:
    """The statement of rows, and their order: what is missing first, then the tree; never a person's number."""
    office, made = aliased(Unit), _made(year)
    met = case((and_(ContactPoint.until.is_(None), made.c.made < asked), 0), else_=1)
    statement = (
        select(
            ContactPoint.id,
            ContactPoint.unit_id,
            Unit.name,
            ContactPoint.person_id,
            Person.name,
            func.coalesce(office.name, ""),
            ContactPoint.since,
            ContactPoint.until,
            ContactPoint.remark,
            made.c.made,
            made.c.last_on,
            Unit.path,
        )
        .select_from(ContactPoint)
        .join(Unit, and_(Unit.tenant_id == ContactPoint.tenant_id, Unit.id == ContactPoint.unit_id))
        .join(Person, and_(Person.tenant_id == ContactPoint.tenant_id, Person.id == ContactPoint.person_id))
        .join(
            office,
            and_(office.tenant_id == ContactPoint.tenant_id, office.id == ContactPoint.by_unit_id),
            isouter=True,
        )
        .join(made, ContactPoint.id.is_not(None))
        .where(*conditions)
    )
    return statement, (met, Unit.path, ContactPoint.id)


def _rows(statement: Any, asked: int) -> list[PointRow]:
    return [PointRow(asked, *row) for row in db.session.execute(statement)]


def points(
    actor: Actor, given: PointFilter, *, limit: int = PAGE
) -> tuple[list[PointRow], tuple[int, str, int] | None]:
    """One page, what is missing first, and where to go on. Two queries."""
    asked = visits_asked()
    conditions = [reach_filter(actor, Permission.DEED_VIEW, Unit.path)]
    if given.view in ("missing", "current"):
        conditions.append(ContactPoint.until.is_(None))
    elif given.view == "ended":
        conditions.append(ContactPoint.until.is_not(None))
    if given.unit_id is not None:
        conditions.append(below(given.unit_id))
    statement, order = _read(given.year, asked, *conditions)
    if given.view == "missing":
        statement = statement.where(order[0] == 0)
    if given.after is not None:
        statement = statement.where(tuple_(*order) > given.after)
    rows = _rows(statement.order_by(*order).limit(limit + 1), asked)
    more, rows = len(rows) > limit, rows[:limit]
    return rows, rows[-1].order if more else None


def contacts_of(unit_id: int) -> list[PointRow]:
    """Who keeps in touch with the unit now. At most two queries."""
    statement, order = _read(today().year, 0, ContactPoint.unit_id == unit_id, ContactPoint.until.is_(None))
    return _rows(statement.order_by(*order).limit(NAMED), 0)


def own_points(person_id: int) -> list[PointRow]:
    """The person's own contact points with what is missing this year. One query, two where there are any."""
    statement, order = _read(
        today().year, 1, ContactPoint.person_id == person_id, ContactPoint.until.is_(None)
    )
    rows = db.session.execute(statement.order_by(*order).limit(NAMED)).all()
    if not rows:
        return []
    asked = visits_asked()
    return [PointRow(asked, *row) for row in rows]


def point_row(contact_id: int, year: int) -> PointRow | None:
    """One contact point with its visits of the year. Two queries."""
    asked = visits_asked()
    statement, _order = _read(year, asked, ContactPoint.id == contact_id)
    return next(iter(_rows(statement, asked)), None)
