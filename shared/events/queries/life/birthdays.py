"""政治生日: the anniversaries of admission of a month. Source: domain facts §2.

The day is as exact as it was given: a day or a month; where only the year is known, or nothing, the person stands in
the list of what is lacking.
"""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Text, and_, func, not_, or_, select, tuple_, type_coerce

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.db.types import PartialDate
from shared.events.models import Event
from shared.members.models import Membership, Person
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED
from shared.organisations.models import Unit

#: The kind of the record that is made of a month's anniversaries.
KIND = "political_birthday"
#: A place in the list of a month: path of the unit, the day as text, sort key of the name, key of the person.
BirthdayPlace = tuple[str, str, str, int]

JOINED = type_coerce(Membership.joined, Text)
DAY = func.substr(func.coalesce(JOINED, ""), 9, 2)


@dataclass(frozen=True, slots=True)
class BirthdayFilter:
    """A month of a year, of a unit (`path`) and all below or of everything in reach.

    `view`: the anniversaries, or those whose day of admission is not known exactly enough.
    """

    year: int
    month: int = 1
    path: str | None = None
    view: Literal["month", "lacking"] = "month"
    #: One person's card.
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Birthday:
    person_id: int
    name: str
    name_key: str
    unit_id: int
    unit_name: str
    unit_path: str
    joined: PartialDate | None
    status: str

    def years(self, year: int) -> int:
        """Full years since admission, in that year."""
        return year - self.joined.year if self.joined is not None else 0

    def day(self, year: int) -> date | None:
        """The anniversary in that year; of 29 February in a common year 28 February; None where no day is known."""
        day = self.joined.day if self.joined is not None else None
        if day is None:
            return None
        if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
            return date(year, 2, 28)
        return day.replace(year=year)

    @property
    def place(self) -> BirthdayPlace:
        day = self.joined.text[8:10] if self.joined is not None else ""
        return self.unit_path, day, self.name_key, self.person_id


@dataclass(frozen=True, slots=True)
class BirthdayPage:
    rows: list[Birthday]
    after: BirthdayPlace | None


def _in_month(given: BirthdayFilter) -> ColumnElement[bool]:
    return and_(
        func.substr(JOINED, 6, 2) == f"{given.month:02d}", func.substr(JOINED, 1, 4) < f"{given.year:04d}"
    )


def _not_known() -> ColumnElement[bool]:
    return or_(Membership.joined.is_(None), func.length(JOINED) < 7)


def _members(actor: Actor, path: str | None) -> tuple[ColumnElement[bool], ...]:
    conditions: tuple[ColumnElement[bool], ...] = (
        Membership.until.is_(None),
        Membership.kind == "party",
        Membership.status.in_(COUNTED),
        Membership.relation.in_(COUNTING),
        reach_filter(actor, Permission.MEMBER_VIEW, Unit.path),
    )
    return conditions if path is None else (*conditions, func.starts_with(Unit.path, path))


def _statement(actor: Actor, given: BirthdayFilter) -> Select[*tuple[Any, ...]]:
    statement = (
        select(
            Person.id,
            Person.name,
            Person.name_key,
            Unit.id,
            Unit.name,
            Unit.path,
            Membership.joined,
            Membership.status,
        )
        .select_from(Membership)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .where(*_members(actor, given.path), _not_known() if given.view == "lacking" else _in_month(given))
        .order_by(Unit.path, DAY, Person.name_key, Person.id)
    )
    return statement if given.person_id is None else statement.where(Person.id == given.person_id)


def birthdays_page(
    actor: Actor, given: BirthdayFilter, *, after: BirthdayPlace | None = None, size: int = 50
) -> BirthdayPage:
    """The month's anniversaries by unit, day and name. One query."""
    statement = _statement(actor, given).limit(size + 1)
    if after is not None:
        statement = statement.where(tuple_(Unit.path, DAY, Person.name_key, Person.id) > after)
    found = [Birthday(*row) for row in db.session.execute(statement)]
    rows = found[:size]
    return BirthdayPage(rows, rows[-1].place if len(found) > size else None)


def birthday_counts(actor: Actor, given: BirthdayFilter) -> tuple[int, int]:
    """(anniversaries of the month, members whose day of admission is not known). One query."""
    month, lacking = db.session.execute(
        select(
            func.count().filter(and_(not_(_not_known()), _in_month(given))),
            func.count().filter(_not_known()),
        )
        .select_from(Membership)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(*_members(actor, given.path))
    ).one()
    return month, lacking


def recorded_birthdays(unit_ids: Collection[int], given: BirthdayFilter) -> dict[int, int]:
    """The units that have recorded the month's anniversaries already, with the record. One query."""
    if not unit_ids:
        return {}
    last = calendar.monthrange(given.year, given.month)[1]
    rows = db.session.execute(
        select(Event.unit_id, func.max(Event.id))
        .where(
            Event.unit_id.in_(unit_ids),
            Event.kind == KIND,
            Event.state == "filed",
            Event.held_on.between(date(given.year, given.month, 1), date(given.year, given.month, last)),
        )
        .group_by(Event.unit_id)
    )
    return {row[0]: row[1] for row in rows}
