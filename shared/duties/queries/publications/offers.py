"""What a unit's own ledger holds that could be made public: an offer, never done by itself."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Select, cast, func, literal, null, select, union_all

from shared.db import db
from shared.db.types import PartialDate
from shared.duties.queries.publications.listed import ITEM, KIND
from shared.events.models import Event
from shared.members.models import Membership
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Suggested:
    """`item`: elections, admission or dues; `count` records of it in the ledger, the last of that day and event."""

    item: str
    count: int
    on: date
    event_id: int | None


#: Kinds of records that call for a publication of an item, once more after each; dues once in the year.
_RECORDS = {"elections": "term_election", "dues": "dues_collection"}
_ONCE = ("dues",)


def suggested(unit: Unit, year: int) -> list[Suggested]:
    """What the ledger holds of a year that no publication of its item has followed. Two queries."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    of_unit = (Event.unit_id == unit.id, Event.state == "filed")
    told: dict[str, date] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(ITEM, func.max(Event.held_on))
            .where(*of_unit, Event.kind == KIND, Event.held_on >= first)
            .group_by(ITEM)
        )
    }
    parts: list[Select[str, int, date, int]] = [
        select(literal(item), func.count(), func.max(Event.held_on), func.max(Event.id)).where(
            *of_unit, Event.kind == kind, Event.held_on.between(first, last)
        )
        for item, kind in _RECORDS.items()
    ]
    admitted = select(
        literal("admission"), func.count(), func.max(Membership.since), cast(null(), BigInteger)
    ).where(
        Membership.unit_id == unit.id,
        Membership.status == "probationary",
        Membership.until.is_(None),
        Membership.joined >= PartialDate(str(year)),
        Membership.joined < PartialDate(str(year + 1)),
    )
    found = [Suggested(*row) for row in db.session.execute(union_all(*parts, admitted)) if row[1]]
    return [
        one for one in found if one.item not in told or (one.item not in _ONCE and told[one.item] < one.on)
    ]
