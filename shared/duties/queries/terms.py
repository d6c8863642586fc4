"""Terms and elections: the rule in force, a unit's terms and committee, and the three lists of what is wanting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, any_, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.duties.periods import TERM
from shared.duties.queries.filters import EVERY_YEAR, DueFilter, due_filter_conditions
from shared.members.models import Membership, Person, Post
from shared.members.posts import BASES, POSTS, post_name
from shared.members.relations import EXPECTED
from shared.members.statuses import STATUSES
from shared.members.terms import name_key
from shared.organisations.models import Tenure, Unit

PAGE = 50
#: People offered for an office while one types; every other member may be typed in full.
OFFERED = 300

Show = Literal["overdue", "coming", "missing"]
SHOWS: tuple[Show, ...] = ("overdue", "coming", "missing")


def term_rule(unit: Unit, on: date) -> Rule | None:
    """The rule of terms in force for a unit on a day, the tenant's own before the pack's; None: it has no term."""
    return db.session.execute(
        select(Rule)
        .where(
            Rule.cadence == TERM,
            Rule.enabled,
            literal(unit.kind) == any_(Rule.unit_kinds),
            or_(Rule.sectors.is_(None), literal(unit.sector) == any_(Rule.sectors)),
            Rule.valid_from <= on,
            or_(Rule.valid_to.is_(None), Rule.valid_to >= on),
        )
        .order_by(Rule.origin.desc(), Rule.valid_from.desc(), Rule.id)
        .limit(1)
    ).scalar_one_or_none()


def living_tenure(unit_id: int) -> Tenure | None:
    """The present term of a unit, as far as it is entered."""
    return db.session.execute(
        select(Tenure).where(Tenure.unit_id == unit_id, Tenure.closed_on.is_(None))
    ).scalar_one_or_none()


def tenures(unit_id: int) -> list[Tenure]:
    """Every entered term of a unit, newest first."""
    return list(
        db.session.scalars(
            select(Tenure)
            .where(Tenure.unit_id == unit_id)
            .order_by(Tenure.began_on.desc(), Tenure.id.desc())
            .limit(50)
        )
    )


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody in an office of the unit, or who was."""

    post_id: int
    person_id: int
    name: str
    code: str
    basis: str | None
    since: date
    until: date | None
    document: str

    @property
    def post_name(self) -> str:
        return post_name(self.code)

    @property
    def basis_name(self) -> str:
        return str(BASES[self.basis]) if self.basis in BASES else ""

    @property
    def committee(self) -> bool:
        return self.code in POSTS and POSTS[self.code].committee


def seated(unit_id: int, *, former: bool = False) -> list[Seated]:
    """Who holds which office now, in the order of the offices; `former`: who left one, the latest first. One query."""
    rows = [
        Seated(*row)
        for row in db.session.execute(
            select(
                Post.id,
                Person.id,
                Person.name,
                Post.code,
                Post.basis,
                Post.since,
                Post.until,
                Post.document,
            )
            .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
            .where(Post.unit_id == unit_id, Post.until.is_not(None) if former else Post.until.is_(None))
            .order_by(Post.until.desc(), Post.since, Post.id)
            .limit(60)
        )
    ]
    if former:
        return rows
    return sorted(rows, key=lambda row: (POSTS[row.code].rank if row.code in POSTS else 99, row.since))


@dataclass(frozen=True, slots=True)
class TermFilter:
    """One of the lists, for a unit and all below or for the whole reach; `after`: the last row before this page."""

    show: Show = "overdue"
    unit_id: int | None = None
    after: tuple[date, int] | None = None

    def due(self, on: date) -> DueFilter:
        """The same rows for a press of 提醒."""
        if self.show == "missing":
            return DueFilter(EVERY_YEAR, self.unit_id, ("term_date",), only="all")
        if self.show == "coming":
            return DueFilter(EVERY_YEAR, self.unit_id, ("term_election",), only="all", due_from=on)
        return DueFilter(EVERY_YEAR, self.unit_id, ("term_election",), only="missing")


@dataclass(frozen=True, slots=True)
class TermRow:
    due_item_id: int
    unit_id: int
    unit_name: str
    unit_kind: str
    above: str | None
    due_on: date
    ends_on: date | None
    postponed_to: date | None
    number: int | None


def term_counts(actor: Actor, unit_id: int | None = None) -> dict[Show, int]:
    """How many units each list holds, in reach. One query."""
    on = today()
    of: dict[Show, DueFilter] = {show: TermFilter(show, unit_id).due(on) for show in SHOWS}
    parts = {
        show: select(func.count(DueItem.unit_id.distinct()))
        .join(Unit, _unit_of_item())
        .where(*due_filter_conditions(actor, given, Permission.UNIT_VIEW))
        .scalar_subquery()
        for show, given in of.items()
    }
    row = db.session.execute(select(*parts.values())).one()
    return dict(zip(parts, row, strict=True))


def _unit_of_item() -> ColumnElement[bool]:
    return and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id)


def term_page(
    actor: Actor, given: TermFilter, *, size: int = PAGE
) -> tuple[list[TermRow], tuple[date, int] | None]:
    """One page of a list, longest overdue first, and where the next begins. One query."""
    above = aliased(Unit)
    statement = (
        select(
            DueItem.id,
            Unit.id,
            Unit.name,
            Unit.kind,
            above.name,
            DueItem.due_on,
            Unit.term_ends_on,
            Tenure.postponed_to,
            Tenure.number,
        )
        .join(Unit, _unit_of_item())
        .join(above, and_(above.tenant_id == Unit.tenant_id, above.id == Unit.parent_id), isouter=True)
        .join(
            Tenure,
            and_(Tenure.tenant_id == Unit.tenant_id, Tenure.unit_id == Unit.id, Tenure.closed_on.is_(None)),
            isouter=True,
        )
        .where(*due_filter_conditions(actor, given.due(today()), Permission.UNIT_VIEW))
        .order_by(DueItem.due_on, DueItem.id)
        .limit(size + 1)
    )
    if given.after is not None:
        statement = statement.where(tuple_(DueItem.due_on, DueItem.id) > given.after)
    rows = [TermRow(*row) for row in db.session.execute(statement)]
    shown = rows[:size]
    return shown, (shown[-1].due_on, shown[-1].due_item_id) if len(rows) > size else None


#: Who may vote in the election of a committee. Source: domain facts §1, elections: full members only; union members.
_VOTING = tuple(key for key, status in STATUSES.items() if status.votes)


def electorate(unit: Unit, on: date) -> int:
    """How many people of the unit and below may vote on a day: voting members who are expected at meetings."""
    return (
        db.session.scalar(
            select(func.count(Membership.person_id.distinct()))
            .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
            .where(
                Membership.kind == unit.line,
                Membership.status.in_(_VOTING),
                Membership.relation.in_(EXPECTED),
                Membership.since <= on,
                or_(Membership.until.is_(None), Membership.until > on),
                func.starts_with(Unit.path, unit.path),
            )
        )
        or 0
    )


def _belonging(unit: Unit) -> ColumnElement[bool]:
    return and_(
        Membership.kind == unit.line,
        Membership.until.is_(None),
        Person.state == "active",
        func.starts_with(Unit.path, unit.path),
    )


def _names(unit: Unit) -> Select[int, str, str]:
    return (
        select(Person.id, Person.name, Unit.name)
        .join(Membership, and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(_belonging(unit))
        .order_by(Person.name_key, Person.id)
    )


def offered_names(unit: Unit) -> list[tuple[str, str]]:
    """What to offer while a name is typed: (what to send, the unit), the first OFFERED of the unit and below.

    Of two people with one name each is sent with the key: '王帅 #17'. One query.
    """
    rows = db.session.execute(_names(unit).limit(OFFERED)).all()
    seen: dict[str, int] = {}
    for _key, name, _unit_name in rows:
        seen[name] = seen.get(name, 0) + 1
    return [(name if seen[name] == 1 else f"{name} #{key}", place) for key, name, place in rows]


def people_named(unit: Unit, names: Iterable[str]) -> dict[str, list[int]]:
    """The people of the unit or below who bear these names, by name. One query."""
    wanted = {name for name in names if name}
    if not wanted:
        return {}
    rows = db.session.execute(
        _names(unit).where(Person.name_key.in_({name_key(name) for name in wanted}), Person.name.in_(wanted))
    )
    found: dict[str, list[int]] = {}
    for key, name, _place in rows:
        if key not in found.setdefault(name, []):
            found[name].append(key)
    return found
