"""Reads of hand-overs: what waits for me, one of them, and the roles that would pass."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, or_, select

from shared.access.actor import Actor
from shared.accounts.models import Handover, RoleGrant
from shared.accounts.queries.roster import PERSON, POST, UNIT
from shared.clock import today
from shared.db import db
from shared.errors import Forbidden, NotFound
from shared.i18n import _
from shared.messages.models import Delivery, Occasion


@dataclass(frozen=True, slots=True)
class Waiting:
    """One hand-over: open ones stand on the new holder's first page."""

    id: int
    unit_id: int
    unit_name: str
    post_code: str
    from_name: str | None
    to_name: str
    state: str
    created_at: datetime


def _rows(*conditions: object) -> list[Waiting]:
    former, new = PERSON.alias("former"), PERSON.alias("new")
    rows = db.session.execute(
        select(
            Handover.id,
            Handover.unit_id,
            UNIT.c.name,
            Handover.post_code,
            former.c.name,
            new.c.name,
            Handover.state,
            Handover.created_at,
        )
        .join(UNIT, and_(UNIT.c.tenant_id == Handover.tenant_id, UNIT.c.id == Handover.unit_id))
        .join(new, and_(new.c.tenant_id == Handover.tenant_id, new.c.id == Handover.to_person_id))
        .join(
            former,
            and_(former.c.tenant_id == Handover.tenant_id, former.c.id == Handover.from_person_id),
            isouter=True,
        )
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Handover.id.desc())
        .limit(20)
    )
    return [Waiting(*row) for row in rows]


def waiting_for(person_id: int) -> list[Waiting]:
    """The open hand-overs to a person. One query."""
    return _rows(Handover.to_person_id == person_id, Handover.state == "open")


def handovers_of(unit_id: int) -> list[Waiting]:
    """The latest hand-overs of a unit, newest first. One query."""
    return _rows(Handover.unit_id == unit_id)


def pack_of(key: int) -> Waiting:
    """The names that head the pack of one hand-over. One query."""
    return _rows(Handover.id == key)[0]


def handover_for(actor: Actor, key: int, *, lock: bool = False) -> Handover:
    """A hand-over to the acting person: NotFound where there is none, Forbidden where it is somebody else's."""
    statement = select(Handover).where(Handover.id == key)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if actor.person_id is None or found.to_person_id != actor.person_id:
        raise Forbidden(_("This belongs to somebody else."))
    return found


def holds_post(person_id: int, unit_id: int, code: str) -> bool:
    """Whether the person holds the office at the unit today."""
    on = today()
    return bool(
        db.session.scalar(
            select(
                exists(
                    select(1).where(
                        POST.c.person_id == person_id,
                        POST.c.unit_id == unit_id,
                        POST.c.code == code,
                        POST.c.since <= on,
                        or_(POST.c.until.is_(None), POST.c.until > on),
                    )
                )
            )
        )
    )


@dataclass(frozen=True, slots=True)
class PassingGrant:
    """A role of the former at the unit, or a loan they made of its ledger."""

    person_name: str
    role: str
    since: date
    until: date | None


def passing_grants(handover: Handover, *, lent: bool) -> list[PassingGrant]:
    """The former's role at the unit (`lent`: the loans they made of it), as far as they still hold. One query."""
    if handover.from_person_id is None:
        return []
    whose = (
        and_(RoleGrant.role == "keeper", RoleGrant.granted_by == handover.from_person_id)
        if lent
        else and_(RoleGrant.role == "secretary", RoleGrant.person_id == handover.from_person_id)
    )
    rows = db.session.execute(
        select(PERSON.c.name, RoleGrant.role, RoleGrant.since, RoleGrant.until)
        .join(PERSON, and_(PERSON.c.tenant_id == RoleGrant.tenant_id, PERSON.c.id == RoleGrant.person_id))
        .where(
            RoleGrant.unit_id == handover.unit_id,
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until.is_(None), RoleGrant.until >= today()),
            whose,
        )
        .order_by(RoleGrant.id)
    )
    return [PassingGrant(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Told:
    """One message about a hand-over: to whom, and what it says."""

    delivery_id: int
    channel: str
    what: str
    handover_id: int
    state: str
    post_code: str
    unit_name: str
    to_name: str
    email: str | None
    locale: str
    person_state: str


def told(delivery_ids: list[int]) -> list[Told]:
    """What stands in these messages. One query."""
    new = PERSON.alias("new")
    rows = db.session.execute(
        select(
            Delivery.id,
            Delivery.channel,
            Occasion.detail["what"].as_string(),
            Handover.id,
            Handover.state,
            Handover.post_code,
            UNIT.c.name,
            new.c.name,
            PERSON.c.email,
            PERSON.c.locale,
            PERSON.c.state,
        )
        .join(Occasion, and_(Occasion.tenant_id == Delivery.tenant_id, Occasion.id == Delivery.occasion_id))
        .join(
            Handover,
            and_(
                Handover.tenant_id == Delivery.tenant_id,
                Handover.id == Occasion.detail["handover_id"].as_integer(),
            ),
        )
        .join(UNIT, and_(UNIT.c.tenant_id == Handover.tenant_id, UNIT.c.id == Handover.unit_id))
        .join(new, and_(new.c.tenant_id == Handover.tenant_id, new.c.id == Handover.to_person_id))
        .join(PERSON, and_(PERSON.c.tenant_id == Delivery.tenant_id, PERSON.c.id == Delivery.person_id))
        .where(Delivery.id.in_(delivery_ids))
    )
    return [Told(*row) for row in rows]
