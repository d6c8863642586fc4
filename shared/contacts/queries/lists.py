"""Postings and pairings as lists, seen from either side."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.contacts.models import Pairing, PairingActivity, Posting
from shared.db import db
from shared.members.models import Person
from shared.organisations.models import Unit

PAGE = 50
VIEWS = ("current", "ended", "all")
PAIRING_VIEWS = ("missing", *VIEWS)
#: The two sides.
ONE, OTHER = aliased(Unit), aliased(Unit)


@dataclass(frozen=True, slots=True)
class PostingFilter:
    """`view`: current (those to come too), ended, all. `before`: the last row of the page before."""

    view: str = "current"
    unit_id: int | None = None
    kind: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class PostingRow:
    id: int
    kind: str
    person: str
    from_name: str
    to_name: str
    place: str
    since: date
    until: date | None
    duties: str

    @property
    def where(self) -> str:
        return " ".join(part for part in (self.to_name, self.place) if part)

    def days(self, first: date = date.min, last: date = date.max) -> int:
        """Days of it within a span, until today, both ends counted."""
        end = min(self.until or date.max, today(), last)
        return max((end - max(self.since, first)).days + 1, 0)


def _either(actor: Actor, unit_id: int | None) -> list[ColumnElement[bool]]:
    """In reach by either side; narrowed to a unit and all below by either side too."""
    found: list[ColumnElement[bool]] = [
        or_(
            reach_filter(actor, Permission.DEED_VIEW, ONE.path),
            reach_filter(actor, Permission.DEED_VIEW, OTHER.path),
        )
    ]
    if unit_id is not None:
        above = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
        found.append(or_(func.starts_with(ONE.path, above), func.starts_with(OTHER.path, above)))
    return found


def _sides(statement: Any, model: Any) -> Any:
    return statement.join(ONE, and_(ONE.tenant_id == model.tenant_id, ONE.id == model.from_unit_id)).join(
        OTHER, and_(OTHER.tenant_id == model.tenant_id, OTHER.id == model.to_unit_id), isouter=True
    )


def postings(actor: Actor, given: PostingFilter, *, limit: int = PAGE) -> tuple[list[PostingRow], int | None]:
    """One page, newest first, and where to go on. One query."""
    conditions = _either(actor, given.unit_id)
    over = Posting.until < today()
    if given.view == "current":
        conditions.append(or_(Posting.until.is_(None), Posting.until >= today()))
    elif given.view == "ended":
        conditions.append(over)
    if given.kind:
        conditions.append(Posting.kind == given.kind)
    if given.before is not None:
        conditions.append(Posting.id < given.before)
    statement = _sides(
        select(
            Posting.id,
            Posting.kind,
            Person.name,
            ONE.name,
            func.coalesce(OTHER.name, ""),
            Posting.place,
            Posting.since,
            Posting.until,
            Posting.duties,
        ).select_from(Posting),
        Posting,
    ).join(Person, and_(Person.tenant_id == Posting.tenant_id, Person.id == Posting.person_id))
    found = db.session.execute(statement.where(*conditions).order_by(Posting.id.desc()).limit(limit + 1))
    rows = [PostingRow(*row) for row in found]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, rows[-1].id if more else None


@dataclass(frozen=True, slots=True)
class PairingFilter:
    """`view`: missing (nothing done together in the year), current, ended, all. `before`: where the last page ended."""

    year: int
    view: str = "current"
    unit_id: int | None = None
    before: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PairingRow:
    id: int
    from_unit_id: int
    from_name: str
    to_unit_id: int | None
    to_name: str
    partner: str
    theme: str
    since: date
    until: date | None
    done: int
    last_on: date | None

    @property
    def other(self) -> str:
        return self.to_name or self.partner

    @property
    def missing(self) -> bool:
        return self.until is None and self.done == 0

    @property
    def order(self) -> tuple[int, int]:
        return (0 if self.missing else 1, self.id)


def pairings(
    actor: Actor, given: PairingFilter, *, limit: int = PAGE
) -> tuple[list[PairingRow], tuple[int, int] | None]:
    """One page: those with nothing done in the year first, then newest first. One query."""
    conditions = _either(actor, given.unit_id)
    done = (
        select(func.count().label("done"), func.max(PairingActivity.on_date).label("last_on"))
        .where(
            PairingActivity.tenant_id == Pairing.tenant_id,
            PairingActivity.pairing_id == Pairing.id,
            PairingActivity.on_date.between(date(given.year, 1, 1), date(given.year, 12, 31)),
        )
        .correlate(Pairing)
        .lateral("done")
    )
    met = case((and_(Pairing.until.is_(None), done.c.done == 0), 0), else_=1)
    if given.view == "missing":
        conditions.append(met == 0)
    elif given.view == "current":
        conditions.append(Pairing.until.is_(None))
    elif given.view == "ended":
        conditions.append(Pairing.until.is_not(None))
    if given.before is not None:
        conditions.append(
            or_(met > given.before[0], and_(met == given.before[0], Pairing.id < given.before[1]))
        )
    statement = _sides(
        select(
            Pairing.id,
            Pairing.from_unit_id,
            ONE.name,
            Pairing.to_unit_id,
            func.coalesce(OTHER.name, ""),
            Pairing.partner,
            Pairing.theme,
            Pairing.since,
            Pairing.until,
            done.c.done,
            done.c.last_on,
        ).select_from(Pairing),
        Pairing,
    ).join(done, Pairing.id.is_not(None))
    found = db.session.execute(statement.where(*conditions).order_by(met, Pairing.id.desc()).limit(limit + 1))
    rows = [PairingRow(*row) for row in found]
    more, rows = len(rows) > limit, rows[:limit]
    return rows, rows[-1].order if more else None


@dataclass(frozen=True, slots=True)
class Activity:
    id: int
    on_date: date
    title: str
    event_id: int | None


def activities(pairing_id: int, *, limit: int = 100) -> list[Activity]:
    """What the partners did together, newest first. One query."""
    rows = db.session.execute(
        select(PairingActivity.id, PairingActivity.on_date, PairingActivity.title, PairingActivity.event_id)
        .where(PairingActivity.pairing_id == pairing_id)
        .order_by(PairingActivity.on_date.desc(), PairingActivity.id.desc())
        .limit(limit)
    )
    return [Activity(*row) for row in rows]
