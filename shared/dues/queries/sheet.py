"""One unit's month: who is asked what, what is paid, what is in arrears, who has no base yet."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from shared.db import db
from shared.dues.classes import needs_base
from shared.dues.models import Charge, DuesBase, DuesSheet, Payment, Receipt
from shared.dues.money import ZERO, months_on
from shared.dues.queries.balances import balances_of
from shared.dues.queries.expected import expected
from shared.members.models import Person
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One person on a sheet. `correction` mends closed months; `open` is what the sheet still asks."""

    person_id: int
    name: str
    payer_class: str
    base: Decimal | None
    rate: Decimal | None
    full_amount: Decimal
    relieved: bool
    payable: Decimal
    correction: Decimal
    corrected: tuple[date, ...]
    paid: Decimal
    open: Decimal
    arrears: Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month of a unit; without a sheet only who would stand on it."""

    sheet: DuesSheet | None
    lines: list[Line]
    #: Members without a base: (person, name).
    without: list[tuple[int, str]]
    #: How many stand on the sheet or would.
    members: int

    def total(self, name: str) -> Decimal:
        return sum((getattr(line, name) for line in self.lines), ZERO)

    @property
    def owing(self) -> list[Line]:
        """Who still owes something of this month."""
        return [line for line in self.lines if line.open > 0]


def sheet_of(unit: Unit, month: date, rounding: Decimal) -> Sheet:
    """The page of a unit and month, names in the order of the roster. Five queries, whatever its size."""
    sheet: DuesSheet | None = db.session.execute(
        select(DuesSheet).where(DuesSheet.unit_id == unit.id, DuesSheet.month == month)
    ).scalar_one_or_none()
    asked = expected([(unit.id, month, sheet.rounding if sheet else rounding)])
    members = list(
        db.session.execute(
            select(asked.c.person_id, Person.name, asked.c.payable)
            .join_from(asked, Person, Person.id == asked.c.person_id)
            .order_by(Person.name_key, Person.id)
        )
    )
    without = [(row.person_id, row.name) for row in members if row.payable is None]
    if sheet is None:
        return Sheet(None, [], without, len(members))
    charges: dict[int, list[Charge]] = {}
    names: dict[int, str] = {}
    for charge, name in db.session.execute(
        select(Charge, Person.name)
        .join(Person, Person.id == Charge.person_id)
        .where(Charge.sheet_id == sheet.id)
        .order_by(Person.name_key, Person.id, Charge.for_month.desc())
    ):
        charges.setdefault(charge.person_id, []).append(charge)
        names[charge.person_id] = name
    balances = balances_of(list(charges), unit.line)
    lines = []
    for person_id, own in charges.items():
        months = {charge.for_month for charge in own}
        main = next((charge for charge in own if charge.for_month == month), None)
        shown = main or own[0]
        known = balances.get(person_id, [])
        here = [one for one in known if one.month in months]
        lines.append(
            Line(
                person_id=person_id,
                name=names[person_id],
                payer_class=shown.payer_class,
                base=shown.base,
                rate=shown.rate,
                full_amount=main.full_amount if main else ZERO,
                relieved=main is not None and main.relief_id is not None,
                payable=main.payable if main else ZERO,
                correction=sum((charge.payable for charge in own if charge is not main), ZERO),
                corrected=tuple(sorted(charge.for_month for charge in own if charge is not main)),
                paid=sum((one.paid for one in here), ZERO),
                open=sum((one.open for one in here), ZERO),
                arrears=sum(
                    (
                        one.open
                        for one in known
                        if one.month not in months and one.month < month and one.asked
                    ),
                    ZERO,
                ),
            )
        )
    return Sheet(sheet, lines, without, len(members))


def sheet_months(unit_id: int, *, latest: date, count: int = 12) -> dict[date, str]:
    """State by month of the last months; a month without a sheet is left out. One query."""
    rows = db.session.execute(
        select(DuesSheet.month, DuesSheet.state).where(
            DuesSheet.unit_id == unit_id,
            DuesSheet.month > months_on(latest, -count),
            DuesSheet.month <= latest,
        )
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class BaseRow:
    """One member and on what they pay; class None: nothing is entered yet."""

    person_id: int
    name: str
    payer_class: str | None
    amount: Decimal | None
    since: date | None

    @property
    def shown(self) -> str:
        return "" if self.amount is None else f"{self.amount:.2f}"


def bases_of(unit: Unit, month: date) -> list[BaseRow]:
    """The unit's payers of a month with their base in force, those without one first. Two queries."""
    asked = expected([(unit.id, month, Decimal("0.01"))])
    members = list(
        db.session.execute(
            select(asked.c.person_id, Person.name)
            .join_from(asked, Person, Person.id == asked.c.person_id)
            .order_by(Person.name_key, Person.id)
        )
    )
    bases = {
        base.person_id: base
        for base in db.session.scalars(
            select(DuesBase)
            .where(
                DuesBase.person_id.in_([row.person_id for row in members]),
                DuesBase.line == unit.line,
                DuesBase.from_month <= month,
                DuesBase.replaced_at.is_(None),
            )
            .order_by(DuesBase.person_id, DuesBase.from_month)
        )
    }
    rows = []
    for person_id, name in members:
        base = bases.get(person_id)
        rows.append(
            BaseRow(
                person_id,
                name,
                base.payer_class if base else None,
                base.amount if base and needs_base(base.payer_class) else None,
                base.from_month if base else None,
            )
        )
    return sorted(rows, key=lambda row: row.payer_class is not None)


def base_history(person_id: int, line: str) -> list[tuple[DuesBase, str | None]]:
    """Every base of a person, the newest first, replaced ones too, with who entered it. One query."""
    return [
        (base, name)
        for base, name in db.session.execute(
            select(DuesBase, Person.name)
            .outerjoin(Person, Person.id == DuesBase.created_by)
            .where(DuesBase.person_id == person_id, DuesBase.line == line)
            .order_by(DuesBase.from_month.desc(), DuesBase.id.desc())
        )
    ]


def receipts_of(unit_id: int, month: date, *, limit: int = 20) -> list[tuple[Receipt, bool]]:
    """The receipts that paid a month in a unit, the newest first, and whether each was taken back. One query."""
    back = select(1).where(Receipt.tenant_id == _back.c.tenant_id, _back.c.reverses == Receipt.id).exists()
    paid = select(Payment.receipt_id).where(Payment.unit_id == unit_id, Payment.month == month).distinct()
    return [
        (receipt, taken)
        for receipt, taken in db.session.execute(
            select(Receipt, back).where(Receipt.id.in_(paid)).order_by(Receipt.id.desc()).limit(limit)
        )
    ]


_back = Receipt.__table__.alias("back")


def receipts_for(person_id: int, line: str, *, limit: int = 50) -> list[tuple[Receipt, date, Decimal, str]]:
    """What a person paid, the newest first: (receipt, month, amount, payer). One query."""
    return [
        (row[0], row[1], row[2], row[3])
        for row in db.session.execute(
            select(Receipt, Payment.month, Payment.amount, Payment.payer)
            .join(Payment, Payment.receipt_id == Receipt.id)
            .where(Payment.person_id == person_id, Payment.line == line)
            .order_by(Receipt.paid_on.desc(), Payment.id.desc())
            .limit(limit)
        )
    ]


def last_way(unit_id: int) -> str:
    """How the unit collected the last time."""
    found = db.session.scalar(
        select(Receipt.way)
        .where(Receipt.unit_id == unit_id, Receipt.reverses.is_(None))
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    return found or "cash"


def collected_in(unit_id: int, month: date) -> Decimal:
    """What the unit has collected for a month."""
    return Decimal(
        db.session.scalar(
            select(func.coalesce(func.sum(Payment.amount), 0)).where(
                Payment.unit_id == unit_id, Payment.month == month
            )
        )
        or 0
    )
