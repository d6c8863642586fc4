"""Mobile members: whose contact is overdue, who is away so long that the relationship should move."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Select, and_, case, cast, false, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.members.mobility import advice_limits, contact_limits, reason_name
from shared.members.models import Membership, MobileContact, MobileStay, Person
from shared.members.relations import relation_name
from shared.organisations.models import Unit
from shared.tenants.queries import setting

#: The lists: overdue contact or details wanting, away too long, all away, those here.
SHOWS = ("late", "advice", "out", "in")
_FIRST, _LAST = date(1900, 1, 1), date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class MobileFilter:
    """Whom to show (one of SHOWS), in a unit and below it."""

    show: str = "late"
    path: str | None = None


@dataclass(frozen=True, slots=True)
class MobileRow:
    """A mobile member. `contact_due` is the day by which contact is to be kept; None: not asked (流入)."""

    membership_id: int
    person_id: int
    name: str
    unit_id: int
    unit_name: str
    relation: str
    stay_id: int | None
    reason: str | None
    place: str
    host: str
    since: date | None
    keeper_id: int | None
    keeper: str
    last: date | None
    contact_due: date
    advised: bool

    @property
    def relation_name(self) -> str:
        return relation_name(self.relation)

    @property
    def reason_name(self) -> str:
        return reason_name(self.reason) if self.reason else ""

    @property
    def asked(self) -> bool:
        """Whether contact is to be kept by this unit at all."""
        return self.contact_due not in (_FIRST, _LAST)

    def days_left(self, on: date) -> int:
        """Days until contact is to be kept; negative when it is overdue."""
        return (self.contact_due - on).days


#: A place in the list: the day contact is due, key of the membership.
Place = tuple[date, int]


@dataclass(frozen=True, slots=True)
class MobilePage:
    rows: list[MobileRow]
    after: Place | None
    before: Place | None


_keeper = aliased(Person)


def _last() -> Any:
    """The latest contact of the stay, one index look each."""
    return (
        select(func.max(MobileContact.on_date).label("last"))
        .where(MobileContact.tenant_id == MobileStay.tenant_id, MobileContact.stay_id == MobileStay.id)
        .lateral("latest")
    )


def _due(last: Any, on: date) -> ColumnElement[date]:
    """The day by which contact is to be kept. Details that want come first of all, guests last."""
    base = func.coalesce(last, MobileStay.since)
    asked: list[tuple[Any, Any]] = []
    for limit in contact_limits(on):
        step = (
            func.make_interval(0, limit.months)
            if limit.months is not None
            else timedelta(days=int(setting(limit.setting or "mobile_contact_days")))
        )
        asked.append((MobileStay.reason.in_(limit.reasons), cast(base + step, Date)))
    return case(
        (Membership.relation == "in", literal(_LAST, Date)),
        (MobileStay.id.is_(None), literal(_FIRST, Date)),
        *asked,
        else_=literal(_LAST, Date),
    )


def _advised(on: date) -> ColumnElement[bool]:
    rules = [
        and_(
            MobileStay.reason.in_(limit.reasons),
            cast(MobileStay.since + func.make_interval(0, limit.months or 0), Date) <= on,
        )
        for limit in advice_limits(on)
    ]
    return and_(Membership.relation == "out", or_(*rules)) if rules else false()


def mobile_statement(actor: Actor, given: MobileFilter) -> tuple[Select[*tuple[Any, ...]], Any]:
    """All rows of the filter, overdue contact first, and the column of the day that it is sorted by."""
    on, latest = today(), _last()
    due, advised = _due(latest.c.last, on), _advised(on)
    statement = (
        select(
            Membership.id,
            Person.id,
            Person.name,
            Unit.id,
            Unit.name,
            Membership.relation,
            MobileStay.id,
            MobileStay.reason,
            func.coalesce(MobileStay.place, ""),
            func.coalesce(MobileStay.host, ""),
            MobileStay.since,
            MobileStay.contact_id,
            func.coalesce(_keeper.name, ""),
            latest.c.last,
            due.label("due"),
            func.coalesce(advised, false()),
        )
        .select_from(Membership)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .outerjoin(
            MobileStay,
            and_(
                MobileStay.tenant_id == Membership.tenant_id,
                MobileStay.person_id == Membership.person_id,
                MobileStay.until.is_(None),
            ),
        )
        .outerjoin(latest, true())
        .outerjoin(
            _keeper,
            and_(_keeper.tenant_id == MobileStay.tenant_id, _keeper.id == MobileStay.contact_id),
        )
        .where(
            Membership.until.is_(None),
            Membership.relation == "in" if given.show == "in" else Membership.relation == "out",
            reach_filter(actor, Permission.MEMBER_VIEW, Unit.path),
        )
        .order_by(due, Membership.id)
    )
    if given.path is not None:
        statement = statement.where(func.starts_with(Unit.path, given.path))
    if given.show == "late":
        statement = statement.where(due < on)
    elif given.show == "advice":
        statement = statement.where(advised)
    return statement, due


def mobile_page(
    actor: Actor,
    given: MobileFilter,
    *,
    after: Place | None = None,
    before: Place | None = None,
    size: int = 50,
) -> MobilePage:
    """One page of the mobile members in reach. Two queries: the tenant's setting, the rows."""
    statement, due = mobile_statement(actor, given)
    statement, place = statement.limit(size + 1), tuple_(due, Membership.id)
    if before is not None:
        statement = statement.where(place < before).order_by(None).order_by(due.desc(), Membership.id.desc())
    elif after is not None:
        statement = statement.where(place > after)
    rows = [MobileRow(*row) for row in db.session.execute(statement)]
    more, rows = len(rows) > size, rows[:size]
    backwards = before is not None
    if backwards:
        rows.reverse()
    ends = [(row.contact_due, row.membership_id) for row in (rows[0], rows[-1])] if rows else []
    return MobilePage(
        rows,
        after=ends[1] if ends and (more or backwards) else None,
        before=ends[0] if ends and ((backwards and more) or (not backwards and after is not None)) else None,
    )


def count_mobile(actor: Actor, path: str | None = None) -> dict[str, int]:
    """How many each list of SHOWS holds. One query besides the setting."""
    counts = [
        select(func.count())
        .select_from(mobile_statement(actor, MobileFilter(show, path))[0].order_by(None).subquery())
        .scalar_subquery()
        for show in SHOWS
    ]
    return dict(zip(SHOWS, db.session.execute(select(*counts)).one(), strict=True))
