"""Holders of office by date: who led a unit on a day, who took and who left office in a period."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.members.models import Person, Post
from shared.members.posts import BASES, LEADING, POSTS, post_name
from shared.members.queries.roster import CAP, LEADERS, lasting
from shared.organisations.models import Unit

#: What a period asks for.
CHANGES = ("all", "took", "left")


@dataclass(frozen=True, slots=True)
class OfficeFilter:
    """Which offices. Without `since` and `until`: held on the day `on`; with them: begun or ended in the period,
    both days included. `change` narrows a period to who took or who left office; `path` is a unit and all below.
    """

    line: str
    on: date
    path: str | None = None
    post: str | None = None
    since: date | None = None
    until: date | None = None
    change: str = "all"

    @property
    def period(self) -> bool:
        return self.since is not None and self.until is not None


@dataclass(frozen=True, slots=True)
class OfficeRow:
    id: int
    person_id: int
    person_name: str
    unit_id: int
    unit_name: str
    unit_path: str
    rank: int
    code: str
    basis: str | None
    since: date
    until: date | None
    document: str

    @property
    def name(self) -> str:
        return post_name(self.code)

    @property
    def basis_name(self) -> str:
        return str(BASES[self.basis]) if self.basis in BASES else ""


#: A place in the list: path of the unit, rank of the office, key of the row.
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class OfficePage:
    rows: list[OfficeRow]
    after: Place | None
    before: Place | None


#: The order of offices inside a unit, as the database sorts it.
RANK = case({code: spec.rank for code, spec in POSTS.items()}, value=Post.code, else_=99)


_COLUMNS: tuple[Any, ...] = (
    Post.id,
    Post.person_id,
    Person.name,
    Post.unit_id,
    Unit.name,
    Unit.path,
    RANK.label("rank"),
    Post.code,
    Post.basis,
    Post.since,
    Post.until,
    Post.document,
)


def _in_period(given: OfficeFilter) -> ColumnElement[bool]:
    took = Post.since.between(given.since, given.until)
    left = Post.until.between(given.since, given.until)
    return {"took": took, "left": left}.get(given.change, or_(took, left))


def _conditions(actor: Actor, given: OfficeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        _in_period(given) if given.period else lasting(Post.since, Post.until, given.on),
        Unit.line == given.line,
        reach_filter(actor, Permission.MEMBER_VIEW, Unit.path),
    ]
    if given.path is not None:
        conditions.append(func.starts_with(Unit.path, given.path))
    if given.post is not None:
        conditions.append(Post.code.in_(LEADING) if given.post == LEADERS else Post.code == given.post)
    return conditions


def _of_unit() -> ColumnElement[bool]:
    return and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id)


def offices_statement(actor: Actor, given: OfficeFilter) -> Select[*tuple[Any, ...]]:
    """All rows of the filter in the order of the tree and of the offices; the export streams it."""
    return (
        select(*_COLUMNS)
        .select_from(Post)
        .join(Unit, _of_unit())
        .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
        .where(*_conditions(actor, given))
        .order_by(Unit.path, RANK, Post.id)
    )


def offices_page(
    actor: Actor,
    given: OfficeFilter,
    *,
    after: Place | None = None,
    before: Place | None = None,
    size: int = 50,
) -> OfficePage:
    """One page of the filter in reach. One query, whatever the size of the tenant."""
    statement = offices_statement(actor, given).limit(size + 1)
    place = tuple_(Unit.path, RANK, Post.id)
    if before is not None:
        statement = (
            statement.where(place < before)
            .order_by(None)
            .order_by(Unit.path.desc(), RANK.desc(), Post.id.desc())
        )
    elif after is not None:
        statement = statement.where(place > after)
    rows = [OfficeRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > size, rows[:size]
    backwards = before is not None
    if backwards:
        rows.reverse()
    ends = [(row.unit_path, row.rank, row.id) for row in (rows[0], rows[-1])] if rows else []
    return OfficePage(
        rows,
        after=ends[1] if ends and (more or backwards) else None,
        before=ends[0] if ends and ((backwards and more) or (not backwards and after is not None)) else None,
    )


def count_offices(actor: Actor, given: OfficeFilter) -> tuple[int, int]:
    """Of a period (those who took, those who left office), of a day (the holders, 0); each CAP + 1 at most."""
    sides = [replace(given, change=change) for change in ("took", "left")] if given.period else [given]
    counts = []
    for one in sides:
        found = select(Post.id).join(Unit, _of_unit()).where(*_conditions(actor, one)).limit(CAP + 1)
        counts.append(select(func.count()).select_from(found.subquery()).scalar_subquery())
    row = [int(number) for number in db.session.execute(select(*counts)).one()]
    return row[0], row[1] if given.period else 0


def leaders_on(unit_id: int, on: date) -> list[OfficeRow]:
    """Who answered for a unit on a day, in the order of the offices. One query."""
    rows = db.session.execute(
        select(*_COLUMNS)
        .join(Unit, _of_unit())
        .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
        .where(Post.unit_id == unit_id, Post.code.in_(LEADING), lasting(Post.since, Post.until, on))
        .order_by(RANK, Post.since, Post.id)
    )
    return [OfficeRow(*row) for row in rows]
