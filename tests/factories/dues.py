"""Members with a base, for tests of dues."""

import itertools
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from shared.access.actor import SYSTEM
from shared.db import db
from shared.db.types import PartialDate
from shared.dues.actions.bases import GivenBase, enter_bases
from shared.members.models import Membership, Person
from shared.organisations.models import Unit

_serial = itertools.count(1)
#: The class of each line that pays a share.
CLASS = {"party": "salary", "union": "wage"}


def unit_row(unit_id: int) -> Unit:
    found: Unit = db.session.execute(select(Unit).where(Unit.id == unit_id)).scalar_one()
    return found


def payer(
    unit_id: int,
    line: str,
    *,
    since: date = date(2020, 1, 1),
    status: str | None = None,
    joined: str | None = None,
) -> int:
    """A further member of a unit, in the open tenant and transaction."""
    name = f"payer {next(_serial):04d}"
    person = Person(name=name, name_key=name)
    db.session.add(person)
    db.session.flush()
    db.session.add(
        Membership(
            person_id=person.id,
            unit_id=unit_id,
            kind=line,
            status=status or ("full" if line == "party" else "member"),
            since=since,
            joined=PartialDate(joined) if joined else None,
        )
    )
    db.session.flush()
    return person.id


def base(
    person_id: int,
    amount: str | None,
    *,
    line: str = "party",
    month: date = date(2026, 1, 1),
    payer_class: str = "",
) -> None:
    """Let a person pay on a base from a month on."""
    enter_bases(
        SYSTEM,
        unit_id=None,
        line=line,
        given=[GivenBase(person_id, payer_class or CLASS[line], None if amount is None else Decimal(amount))],
        from_month=month,
    )
