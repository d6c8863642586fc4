"""The roster, page by page: keyset over (name_key, id), so that page 1,000 costs as much as page 1."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.members.models import Membership, Person, Post
from shared.members.numbers import show_identity, show_phone
from shared.members.posts import LEADING, POSTS, post_name
from shared.members.registry import REGISTRY
from shared.members.relations import COUNTING, RELATIONS, relation_name
from shared.members.statuses import COUNTED, status_name
from shared.organisations.models import Unit
from shared.tenants.queries import keys

#: No total above this is counted until somebody asks.
CAP = 10_000
#: Value of RosterFilter.post for everybody who answers for a unit.
LEADERS = "leaders"
#: Value of RosterFilter.status for everybody who is in the number of members, whatever the standing.
MEMBERS = "members"
#: Value of RosterFilter.relation for those of every relation, whether they count here or not.
ANY = "any"


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """Who is shown. `line` is party or union; `path` a unit and all below it; `gaps` only whose data lack something.

    `relation` is a key of RELATIONS, ANY, or None for those who are in the number of the unit. `on` asks who belonged
    on that day. The columns of the real-name register take a key of shared.members.registry.
    """

    line: str
    path: str | None = None
    status: str | None = None
    post: str | None = None
    gaps: bool = False
    relation: str | None = None
    on: date | None = None
    sex: str | None = None
    education: str | None = None
    political: str | None = None
    household: str | None = None
    employment: str | None = None

    def of_person(self) -> dict[str, str]:
        """The conditions on the person's own columns."""
        return {column: value for column in ("sex", *REGISTRY) if (value := getattr(self, column))}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of the list; numbers are masked already."""

    person_id: int
    name: str
    name_key: str
    sex: str | None
    unit_id: int
    unit_name: str
    status: str
    joined: str
    identity: str
    phone: str
    email: str
    posts: tuple[str, ...] = ()
    relation: str = "registered"
    membership_id: int = 0

    @property
    def status_name(self) -> str:
        return status_name(self.status)

    @property
    def relation_name(self) -> str:
        """'' where it is the usual one."""
        return "" if self.relation == "registered" else relation_name(self.relation)

    @property
    def post_names(self) -> list[str]:
        return [post_name(code) for code in self.posts]


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `after` and `before` are the places to go on from, None at the ends."""

    rows: list[RosterRow]
    after: tuple[str, int] | None
    before: tuple[str, int] | None


def gaps_condition() -> ColumnElement[bool]:
    """Neither identity nor telephone may be wanting; the predicate of ix_person_gaps, word for word."""
    return or_(Person.identity_sealed.is_(None), Person.phone_sealed.is_(None))


def lasting(since: Any, until: Any, on: date | None) -> ColumnElement[bool]:
    """Whether it lasts now, or lasted on a day: the first day included, the last not (a successor begins then)."""
    if on is None:
        return until.is_(None)  # type: ignore[no-any-return]
    return and_(since <= on, or_(until.is_(None), until > on))


def _conditions(
    actor: Actor, given: RosterFilter, permission: Permission = Permission.MEMBER_VIEW
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        lasting(Membership.since, Membership.until, given.on),
        Membership.kind == given.line,
    ]
    if given.path is not None:
        conditions.append(func.starts_with(Unit.path, given.path))
    if given.status == MEMBERS:
        conditions.append(Membership.status.in_(COUNTED))
    elif given.status is not None:
        conditions.append(Membership.status == given.status)
    if given.relation in RELATIONS:
        conditions.append(Membership.relation == given.relation)
    elif given.relation != ANY:
        conditions.append(Membership.relation.in_(COUNTING))
    if given.post is not None:
        codes = LEADING if given.post == LEADERS else (given.post,)
        conditions.append(
            select(1)
            .where(
                Post.tenant_id == Membership.tenant_id,
                Post.person_id == Membership.person_id,
                lasting(Post.since, Post.until, given.on),
                Post.code.in_(codes),
            )
            .exists()
        )
    conditions += [getattr(Person, column) == value for column, value in given.of_person().items()]
    if given.gaps:
        conditions.append(gaps_condition())
    conditions.append(reach_filter(actor, permission, Unit.path))
    return conditions


def _of_person() -> ColumnElement[bool]:
    return and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id)


def _of_unit() -> ColumnElement[bool]:
    return and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id)


def _posts(person_ids: list[int], on: date | None) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    if person_ids:
        rows = db.session.execute(
            select(Post.person_id, Post.code).where(
                Post.person_id.in_(person_ids), lasting(Post.since, Post.until, on)
            )
        )
        for person_id, code in rows:
            found.setdefault(person_id, []).append(code)
    return {
        person_id: tuple(sorted(set(codes), key=lambda code: POSTS[code].rank if code in POSTS else 99))
        for person_id, codes in found.items()
    }


def roster_statement(
    actor: Actor,
    given: RosterFilter,
    *,
    after: tuple[str, int] | None = None,
    before: tuple[str, int] | None = None,
    size: int = 50,
) -> Select[*tuple[Any, ...]]:
    """The rows of one page and one more, which says whether there is a next page."""
    place = tuple_(Person.name_key, Person.id)
    statement = (
        select(
            Person.id,
            Person.name,
            Person.name_key,
            Person.sex,
            Unit.id.label("unit_id"),
            Unit.name.label("unit_name"),
            Membership.status,
            Membership.joined,
            Membership.relation,
            Membership.id.label("membership_id"),
            Person.identity_sealed,
            Person.phone_sealed,
            Person.email,
        )
        .select_from(Person)
        .join(Membership, _of_person())
        .join(Unit, _of_unit())
        .where(*_conditions(actor, given))
        .limit(size + 1)
    )
    if before is not None:
        return statement.where(place < before).order_by(Person.name_key.desc(), Person.id.desc())
    if after is not None:
        statement = statement.where(place > after)
    return statement.order_by(Person.name_key, Person.id)


def rows_of(found: Iterable[Any], *, numbers: bool = True) -> list[RosterRow]:
    """Database rows as the list shows them: numbers opened and masked, or left out."""
    opened = keys()
    return [
        RosterRow(
            person_id=row.id,
            name=row.name,
            name_key=row.name_key,
            sex=row.sex,
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            status=row.status,
            joined=str(row.joined or ""),
            identity=show_identity(opened, row.identity_sealed) if numbers else "",
            phone=show_phone(opened, row.phone_sealed) if numbers else "",
            email=row.email or "" if numbers else "",
            relation=row.relation,
            membership_id=row.membership_id,
        )
        for row in found
    ]


def roster_page(
    actor: Actor,
    given: RosterFilter,
    *,
    after: tuple[str, int] | None = None,
    before: tuple[str, int] | None = None,
    size: int = 50,
) -> Page:
    """One page of the roster in the actor's reach, with posts. Three queries, whatever the size of the tenant.

    A day of the past shows who belonged then, not today's numbers of people who may have left the reach.
    """
    found = list(db.session.execute(roster_statement(actor, given, after=after, before=before, size=size)))
    more = len(found) > size
    found = found[:size]
    backwards = before is not None
    if backwards:
        found.reverse()
    posts = _posts([row.id for row in found], given.on)
    rows = [
        replace(row, posts=posts.get(row.person_id, ())) for row in rows_of(found, numbers=given.on is None)
    ]
    first = (rows[0].name_key, rows[0].person_id) if rows else None
    last = (rows[-1].name_key, rows[-1].person_id) if rows else None
    return Page(
        rows,
        after=last if (more or backwards) else None,
        before=first if ((backwards and more) or (not backwards and after is not None)) else None,
    )


def matching(
    actor: Actor, given: RosterFilter, *, permission: Permission = Permission.MEMBER_VIEW
) -> Select[int, int]:
    """(membership, person) of everybody whom the filter shows to whoever has the right; joins only what it asks."""
    everywhere = any(reached.path is None for reached in actor.reaches(permission))
    inner = select(Membership.id, Membership.person_id)
    if given.gaps or given.of_person():
        inner = inner.join(Person, _of_person())
    if given.path is not None or not everywhere:
        inner = inner.join(Unit, _of_unit())
    return inner.where(*_conditions(actor, given, permission))


def count_statement(actor: Actor, given: RosterFilter, *, whole: bool = False) -> Select[int]:
    """Counts the filter's people; beyond CAP only when `whole` was asked for."""
    inner = matching(actor, given)
    if not whole:
        inner = inner.limit(CAP + 1)
    return select(func.count()).select_from(inner.subquery())


def count(actor: Actor, given: RosterFilter, *, whole: bool = False) -> tuple[int, int]:
    """(all, those with gaps) of the filter, each CAP + 1 at most unless `whole`. One query."""
    row = db.session.execute(
        select(
            count_statement(actor, replace(given, gaps=False), whole=whole).scalar_subquery(),
            count_statement(actor, replace(given, gaps=True), whole=whole).scalar_subquery(),
        )
    ).one()
    return int(row[0]), int(row[1])
