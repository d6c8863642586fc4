"""Somebody comes from another tenant: matched with a person who is here, or entered anew."""

from datetime import date

from sqlalchemy import func, select, update

from shared.access.actor import Actor
from shared.db import db
from shared.db.types import PartialDate
from shared.errors import Invalid
from shared.i18n import _
from shared.members.actions import add_person, move_member
from shared.members.models import Membership, MobileStay, Person
from shared.members.numbers import identity_hashes, identity_number, seal_identity
from shared.members.registry import REGISTRY
from shared.members.statuses import STATUSES, statuses_on
from shared.organisations.models import Unit
from shared.tenants.queries import keys
from shared.transfers.actions.relation import living
from shared.transfers.models import Transfer
from shared.transfers.payload import Payload


def take_over(actor: Actor, payload: Payload, transfer: Transfer, *, into: Unit, match: str) -> Person:
    """The person in this tenant, with a membership in `into` from the day of the transfer.

    Raises Invalid with a question in `fields["match"]` where the same person is a member here already, or somebody of
    the same name is and no identity number tells them apart; `match` answers it.
    """
    person = _by_identity(payload) or _by_name(payload, transfer.line, match)
    if person is None:
        return _enter(actor, payload, transfer, into)
    _fill(person, payload)
    membership = living(person.id, transfer.line)
    if membership is None:
        _begin(person, payload, transfer, into)
        return person
    if membership.relation == "in":
        # A mobile member whose relationship follows.
        _end_visit(membership, transfer.effective_on)
        _begin(person, payload, transfer, into)
        return person
    if match != "same":
        home = db.session.scalar(select(Unit.name).where(Unit.id == membership.unit_id))
        raise Invalid(
            fields={
                "match": _(
                    "%(name)s, with the same identity number, is a member of %(unit)s already, since %(day)s. Is the"
                    " membership here to go on as the one that is transferred?",
                    name=person.name,
                    unit=home,
                    day=membership.since,
                )
            }
        )
    if membership.unit_id != into.id:
        move_member(actor, membership, to=into, on=max(transfer.effective_on, membership.since))
    return person


def _by_identity(payload: Payload) -> Person | None:
    number = identity_number(payload.identity) if payload.identity else None
    if number is None:
        return None
    found: Person | None = db.session.execute(
        select(Person)
        .where(
            Person.identity_hash.in_(identity_hashes(keys(), number)),
            Person.state != "removed",
        )
        .with_for_update()
    ).scalar_one_or_none()
    return found


def _by_name(payload: Payload, line: str, match: str) -> Person | None:
    """Without an identity number a member of the same name is a question, not a match."""
    if payload.identity or match == "other":
        return None
    same = db.session.scalars(
        select(Person)
        .where(Person.name == payload.name, Person.state == "active")
        .where(
            select(1)
            .where(
                Membership.tenant_id == Person.tenant_id,
                Membership.person_id == Person.id,
                Membership.kind == line,
                Membership.until.is_(None),
            )
            .exists()
        )
        .order_by(Person.id)
        .limit(2)
    ).all()
    if not same:
        return None
    if match == "same" and len(same) == 1:
        return same[0]
    if match == "same":
        raise Invalid(
            fields={
                "match": _(
                    "Several people here bear the name %(name)s. Enter the identity number of the right one first.",
                    name=payload.name,
                )
            }
        )
    raise Invalid(
        fields={
            "match": _(
                "Somebody named %(name)s is a member here already, and no identity number came along. Is it the same"
                " person?",
                name=payload.name,
            )
        }
    )


def _partial(text: str | None) -> PartialDate | None:
    return PartialDate(text) if text else None


def _standing(payload: Payload, line: str) -> str:
    """What the sender says, where this line knows it."""
    spec = STATUSES.get(payload.status)
    return payload.status if spec is not None and spec.line == line else statuses_on(line)[0]


def _enter(actor: Actor, payload: Payload, transfer: Transfer, into: Unit) -> Person:
    person = add_person(
        actor,
        unit=into,
        name=payload.name,
        status=_standing(payload, transfer.line),
        sex=payload.sex,
        ethnic=payload.ethnic or "",
        born=_partial(payload.born),
        identity=payload.identity,
        phone=payload.phone,
        email=payload.email,
        joined=_partial(payload.joined),
        confirmed=_partial(payload.confirmed),
        since=transfer.effective_on,
        form_key=f"transfer:{transfer.id}",
    )
    _fill(person, payload)
    if payload.card_number:
        db.session.execute(
            update(Membership)
            .where(Membership.person_id == person.id, Membership.until.is_(None))
            .values(card_number=payload.card_number[:40])
        )
    return person


def _begin(person: Person, payload: Payload, transfer: Transfer, into: Unit) -> None:
    """A membership from the day of the transfer, or from the end of the last one where that is later."""
    last: date | None = db.session.scalar(
        select(func.max(Membership.until)).where(
            Membership.person_id == person.id, Membership.kind == transfer.line
        )
    )
    person.state = "active"
    db.session.add(
        Membership(
            person_id=person.id,
            unit_id=into.id,
            kind=transfer.line,
            status=_standing(payload, transfer.line),
            joined=_partial(payload.joined),
            confirmed=_partial(payload.confirmed),
            card_number=(payload.card_number or "")[:40] or None,
            since=max(transfer.effective_on, last or transfer.effective_on),
        )
    )
    db.session.flush()


def _end_visit(membership: Membership, on: date) -> None:
    membership.until = max(on, membership.since)
    membership.end_reason = "transferred"
    db.session.execute(
        update(MobileStay)
        .where(MobileStay.person_id == membership.person_id, MobileStay.until.is_(None))
        .values(until=func.greatest(MobileStay.since, on))
        .execution_options(synchronize_session=False)
    )
    db.session.flush()


def _fill(person: Person, payload: Payload) -> None:
    """What is not known here yet is taken over; what is known here stays."""
    person.sex = person.sex or (payload.sex if payload.sex in ("m", "f") else None)
    person.ethnic = person.ethnic or payload.ethnic
    person.born = person.born or _partial(payload.born)
    person.email = person.email or payload.email or None
    for column, words in REGISTRY.items():
        told = getattr(payload, column)
        if getattr(person, column) is None and told in words:
            setattr(person, column, told)
    number = identity_number(payload.identity) if payload.identity else None
    if person.identity_hash is None and number is not None:
        sealed = seal_identity(keys(), number)
        person.identity_sealed, person.identity_hash, person.identity_tail = (
            sealed.sealed,
            sealed.hash,
            sealed.tail,
        )
