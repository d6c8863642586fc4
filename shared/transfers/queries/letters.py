"""Letters of introduction: those of a transfer, and everything one is printed from."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from shared.clock import today
from shared.db import db
from shared.members.models import Membership, Person
from shared.members.numbers import show_identity, show_phone
from shared.members.statuses import status_name
from shared.organisations.models import Unit
from shared.organisations.queries import ids_of
from shared.tenants.queries import keys
from shared.transfers.models import Letter, Transfer


def letters_of(transfer_id: int) -> list[Letter]:
    """The letters of a transfer, the newest first."""
    return list(
        db.session.scalars(select(Letter).where(Letter.transfer_id == transfer_id).order_by(Letter.id.desc()))
    )


def last_contact(unit_id: int) -> str:
    """Address and telephone as they stood on the unit's last letter."""
    return (
        db.session.scalar(
            select(Letter.contact)
            .where(Letter.unit_id == unit_id, Letter.contact != "")
            .order_by(Letter.id.desc())
            .limit(1)
        )
        or ""
    )


def last_number(year: int) -> int:
    """The highest number of a letter in a year; 0 before the first."""
    number = func.split_part(Letter.number, "-", 2).cast(Letter.id.type)
    return db.session.scalar(select(func.max(number)).where(func.starts_with(Letter.number, f"{year}-"))) or 0


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything a letter is printed from; numbers in full, so for the worker only."""

    letter: Letter
    transfer: Transfer
    person: Person
    #: The unit that lets the person go and, where there is one, the committee or federation above it that signs.
    unit_name: str
    signed_by: str
    standing: str
    age: int | None
    identity: str
    phone: str


def letter_facts(letter_id: int) -> LetterFacts:
    """Reads what stands on the paper. Four queries."""
    letter, transfer, person, unit = db.session.execute(
        select(Letter, Transfer, Person, Unit)
        .join(Transfer, and_(Transfer.tenant_id == Letter.tenant_id, Transfer.id == Letter.transfer_id))
        .join(Person, and_(Person.tenant_id == Transfer.tenant_id, Person.id == Transfer.person_id))
        .join(Unit, and_(Unit.tenant_id == Letter.tenant_id, Unit.id == Letter.unit_id))
        .where(Letter.id == letter_id)
    ).one()
    status = db.session.scalar(
        select(Membership.status)
        .where(Membership.person_id == person.id, Membership.kind == transfer.line)
        .order_by(Membership.until.is_not(None), Membership.since.desc())
        .limit(1)
    )
    above = ids_of(unit.path)[0]
    signed_by = db.session.scalar(select(Unit.name).where(Unit.id == above)) if above != unit.id else None
    opened = keys()
    return LetterFacts(
        letter=letter,
        transfer=transfer,
        person=person,
        unit_name=unit.name,
        signed_by=signed_by or unit.name,
        standing=status_name(status) if status else "",
        age=_age(person),
        identity=show_identity(opened, person.identity_sealed, full=True),
        phone=show_phone(opened, person.phone_sealed, full=True),
    )


def _age(person: Person) -> int | None:
    """Full years; by the year alone where only that is known."""
    if person.born is None:
        return None
    on, day = today(), person.born.day
    if day is None:
        return on.year - person.born.year
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))
