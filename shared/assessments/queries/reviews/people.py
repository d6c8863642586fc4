"""Who may review, who was given what, and whose own unit it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    union,
)

from shared.access.permissions import Permission
from shared.access.roles import ROLES
from shared.accounts.models import RoleGrant, Seat
from shared.accounts.queries import in_force
from shared.assessments.metrics import METRICS
from shared.assessments.models import Entry, Line, Reviewer, Round
from shared.assessments.queries.rounds import counted
from shared.clock import today
from shared.db import db
from shared.members.models import Membership, Person, Post
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may review: where the right reaches (None: everywhere), and where they themselves belong."""

    person_id: int
    name: str
    reach: tuple[str | None, ...]
    own: frozenset[str]

    def owns(self, path: str) -> bool:
        """The unit is the own one, or above it."""
        return any(own.startswith(path) for own in self.own)

    def reaches(self, path: str) -> bool:
        return any(held is None or path.startswith(held) for held in self.reach)


def own_paths(person_ids: Iterable[int]) -> dict[int, set[str]]:
    """The units to which people belong: as members, by office, by a role other than that of a reviewer. One query."""
    people = list(person_ids)
    held = union(
        # What is known to end one day lasts until then.
        select(Membership.person_id, Membership.unit_id).where(
            Membership.person_id.in_(people), or_(Membership.until.is_(None), Membership.until >= today())
        ),
        select(Post.person_id, Post.unit_id).where(
            Post.person_id.in_(people), or_(Post.until.is_(None), Post.until >= today())
        ),
        # A reviewer's role says what is to be reviewed, not where somebody belongs.
        select(RoleGrant.person_id, RoleGrant.unit_id).where(
            RoleGrant.person_id.in_(people),
            RoleGrant.role != "reviewer",
            RoleGrant.unit_id.is_not(None),
            in_force(today()),
        ),
    ).subquery("held")
    found: dict[int, set[str]] = {}
    for person_id, path in db.session.execute(
        select(held.c.person_id, Unit.path).join(Unit, Unit.id == held.c.unit_id)
    ):
        found.setdefault(person_id, set()).add(path)
    return found


def is_own(paths: Iterable[str]) -> ColumnElement[bool]:
    """A unit that one of these lies at or below; of Unit in the statement."""
    return or_(false(), *(func.starts_with(literal(path), Unit.path) for path in sorted(paths)))


def belongs_to(person_id: int | None, unit_id: int) -> bool:
    """Whether the unit is somebody's own, by what own_paths says. Two queries."""
    if person_id is None:
        return False
    paths = own_paths([person_id]).get(person_id, ())
    return bool(db.session.scalar(select(Unit.id).where(Unit.id == unit_id, is_own(paths))))


def _able(*columns: Any) -> Select[Any]:
    """People who have a seat and may review today, with each role that says so."""
    roles = [role for role, spec in ROLES.items() if Permission.ROUND_REVIEW in spec.permissions]
    return (
        select(*columns)
        .select_from(Person)
        .join(RoleGrant, and_(RoleGrant.tenant_id == Person.tenant_id, RoleGrant.person_id == Person.id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
        )
        .where(RoleGrant.role.in_(roles), in_force(today()), Person.state == "active")
    )


def candidates() -> list[Candidate]:
    """Who has a seat and may review today, by name. Two queries."""
    rows = db.session.execute(
        _able(Person.id, Person.name, Unit.path)
        .join(Unit, and_(Unit.tenant_id == RoleGrant.tenant_id, Unit.id == RoleGrant.unit_id), isouter=True)
        .order_by(Person.name_key, Person.id)
    ).all()
    names = {row.id: row.name for row in rows}
    own = own_paths(names)
    return [
        Candidate(
            key,
            name,
            tuple(row.path for row in rows if row.id == key),
            frozenset(own.get(key, ())),
        )
        for key, name in names.items()
    ]


def review_lines(scheme_id: int) -> Sequence[Line]:
    """The lines that somebody reviews, in the order of the sheet; those that the ledger fills are left out."""
    return db.session.scalars(
        select(Line).where(Line.scheme_id == scheme_id, ~counted()).order_by(Line.ordinal)
    ).all()


def is_reviewed(line: Line) -> bool:
    """Somebody marks the line; the ledger does not fill it. rounds.counted says the same in SQL."""
    return line.kind != "count" or line.metric not in METRICS


@dataclass(frozen=True, slots=True)
class Appointed:
    """What one person reviews in a round."""

    person_id: int
    name: str
    units: int
    lines: list[str]


def appointed(lap: Round) -> list[Appointed]:
    """Who reviews what, by name. One query."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            func.count(Reviewer.unit_id),
            func.array_agg(Line.name).filter(Line.id.is_not(None)),
        )
        .select_from(Reviewer)
        .join(Person, and_(Person.tenant_id == Reviewer.tenant_id, Person.id == Reviewer.person_id))
        .join(Line, and_(Line.tenant_id == Reviewer.tenant_id, Line.id == Reviewer.line_id), isouter=True)
        .where(Reviewer.round_id == lap.id)
        .group_by(Person.id, Person.name, Person.name_key)
        .order_by(Person.name_key, Person.id)
    )
    return [Appointed(key, name, units, sorted(lines or [])) for key, name, units, lines in rows]


def without_reviewer(lap: Round) -> Select[int, str]:
    """(id, path) of the round's units that nobody who may still review was given as a whole, in the order of the tree.

    A unit that was dissolved needs none.
    """
    given = (
        select(literal(1))
        .where(
            Reviewer.round_id == lap.id,
            Reviewer.unit_id == Entry.unit_id,
            Reviewer.person_id.in_(_able(Person.id)),
        )
        .exists()
    )
    return (
        select(Unit.id, Unit.path)
        .join(Entry, and_(Entry.tenant_id == Unit.tenant_id, Entry.unit_id == Unit.id))
        .where(Entry.round_id == lap.id, Unit.state == "active", ~given)
        .order_by(Unit.path)
    )
