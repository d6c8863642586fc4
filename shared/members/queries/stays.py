"""The stays of one mobile member, the contacts kept, and what the rules advise."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from shared.db import db
from shared.i18n import _
from shared.members.mobility import advice_limits, reason_name, way_name
from shared.members.models import Membership, MobileContact, MobileStay, Person, Post
from shared.members.posts import LEADING
from shared.members.relations import relation_name
from shared.organisations.models import Unit

_keeper = aliased(Person)


@dataclass(frozen=True, slots=True)
class ContactRow:
    on_date: date
    by: str
    way: str

    @property
    def way_name(self) -> str:
        return way_name(self.way)


@dataclass(frozen=True, slots=True)
class StayRow:
    """One stay of a person with its latest contacts, newest first."""

    id: int
    direction: str
    reason: str
    place: str
    host: str
    keeper: str
    unit_name: str
    since: date
    until: date | None
    contacts: tuple[ContactRow, ...] = ()

    @property
    def direction_name(self) -> str:
        return relation_name(self.direction)

    @property
    def reason_name(self) -> str:
        return reason_name(self.reason)


def stays_of(person_id: int, *, contacts: int = 6) -> list[StayRow]:
    """The stays of a person, the living first, each with its latest contacts. Two queries at most."""
    rows = db.session.execute(
        select(
            MobileStay.id,
            MobileStay.direction,
            MobileStay.reason,
            MobileStay.place,
            MobileStay.host,
            func.coalesce(_keeper.name, ""),
            Unit.name,
            MobileStay.since,
            MobileStay.until,
        )
        .join(Unit, and_(Unit.tenant_id == MobileStay.tenant_id, Unit.id == MobileStay.unit_id))
        .outerjoin(
            _keeper, and_(_keeper.tenant_id == MobileStay.tenant_id, _keeper.id == MobileStay.contact_id)
        )
        .where(MobileStay.person_id == person_id)
        .order_by(MobileStay.until.is_not(None), MobileStay.since.desc(), MobileStay.id.desc())
    ).all()
    kept: dict[int, list[ContactRow]] = {}
    if rows:
        numbered = (
            select(
                MobileContact.stay_id,
                MobileContact.on_date,
                func.coalesce(Person.name, "").label("by"),
                MobileContact.way,
                func.row_number()
                .over(
                    partition_by=MobileContact.stay_id,
                    order_by=(MobileContact.on_date.desc(), MobileContact.id.desc()),
                )
                .label("place"),
            )
            .outerjoin(
                Person,
                and_(Person.tenant_id == MobileContact.tenant_id, Person.id == MobileContact.by_id),
            )
            .where(MobileContact.stay_id.in_([row.id for row in rows]))
            .subquery()
        )
        for row in db.session.execute(
            select(numbered).where(numbered.c.place <= contacts).order_by(numbered.c.place)
        ):
            kept.setdefault(row.stay_id, []).append(ContactRow(row.on_date, row.by, row.way))
    return [StayRow(*row, contacts=tuple(kept.get(row.id, ()))) for row in rows]


def _later(day: date, months: int) -> date:
    """So many months later, the last of a shorter month at most; as the database adds an interval."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def advice_of(stay: StayRow, on: date) -> str:
    """What the rules in force advise about a stay, with their source; '' for nothing."""
    if stay.direction != "out" or stay.until is not None:
        return ""
    for limit in advice_limits(on):
        if stay.reason in limit.reasons and _later(stay.since, limit.months or 0) <= on:
            return _(
                "Away since %(day)s: the relationship should be transferred. %(source)s",
                day=stay.since,
                source=limit.source,
            )
    return ""


def keepers_of(unit_id: int, person_id: int) -> list[tuple[int, str]]:
    """Who may keep the contact: the unit's own people, those who answer for it first."""
    leads = (
        select(1)
        .where(
            Post.tenant_id == Membership.tenant_id,
            Post.person_id == Membership.person_id,
            Post.unit_id == unit_id,
            Post.until.is_(None),
            Post.code.in_(LEADING),
        )
        .exists()
    )
    rows = db.session.execute(
        select(Person.id, Person.name)
        .join(Membership, and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id))
        .where(
            Membership.unit_id == unit_id,
            Membership.until.is_(None),
            Membership.relation == "registered",
            Person.id != person_id,
        )
        .order_by(leads.desc(), Person.name_key, Person.id)
        .limit(300)
    )
    return [(row[0], row[1]) for row in rows]
