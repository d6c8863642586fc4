"""Counts of people by unit."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from shared.db import db
from shared.members.models import Membership
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED, status_name
from shared.organisations.models import Unit
from shared.organisations.queries import roll_up


@dataclass(frozen=True, slots=True)
class StatusCount:
    status: str
    people: int

    @property
    def name(self) -> str:
        return status_name(self.status)


def people_below(paths: list[str]) -> dict[str, int]:
    """How many members belong to each of these units or to a unit below it. One pass over the living memberships."""
    own = (
        select(Membership.unit_id, func.count().label("n"))
        .where(
            Membership.until.is_(None),
            Membership.status.in_(COUNTED),
            Membership.relation.in_(COUNTING),
        )
        .group_by(Membership.unit_id)
        .subquery()
    )
    return roll_up(own, paths)


def count_by_status(path: str, *, below: bool = True) -> list[StatusCount]:
    """How many people of each standing belong to the unit at `path` (and all below it)."""
    place = func.starts_with(Unit.path, path) if below else Unit.path == path
    rows = db.session.execute(
        select(Membership.status, func.count())
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(Membership.until.is_(None), Membership.relation.in_(COUNTING), place)
        .group_by(Membership.status)
    )
    return [StatusCount(status, people) for status, people in rows]


def other_line(line: str) -> str | None:
    """The other line, where the tenant has a tree of each; None otherwise. One look at the tops by their index."""
    other = "party" if line == "union" else "union"
    found = db.session.scalar(
        select(Unit.id).where(Unit.parent_id.is_(None), Unit.line == other, Unit.state == "active").limit(1)
    )
    return other if found is not None else None
