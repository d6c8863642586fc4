"""The book of a unit, its hand-overs, its employer's months, and the sheet that is published each year."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, select, tuple_

from shared.db import db
from shared.dues.models import Charge, EmployerMonth, Entry, Payment, Receipt, Turnover
from shared.dues.money import ZERO, months_between
from shared.organisations.models import Unit

PAGE = 100


@dataclass(frozen=True, slots=True)
class BookYear:
    """What a book held before the year, what came in and went out in it, by category."""

    opening: Decimal
    income: dict[str, Decimal]
    spending: dict[str, Decimal]

    @property
    def came_in(self) -> Decimal:
        return sum(self.income.values(), ZERO)

    @property
    def went_out(self) -> Decimal:
        return sum(self.spending.values(), ZERO)

    @property
    def balance(self) -> Decimal:
        return self.opening + self.came_in - self.went_out


def book_year(unit: Unit, year: int) -> BookYear:
    """The year by category. Two queries."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    own = (Entry.unit_id == unit.id, Entry.account == unit.line)
    before = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Entry.direction, func.sum(Entry.amount))
            .where(*own, Entry.on_date < first)
            .group_by(Entry.direction)
        )
    }
    sums: dict[str, dict[str, Decimal]] = {"in": {}, "out": {}}
    for direction, category, amount in db.session.execute(
        select(Entry.direction, Entry.category, func.sum(Entry.amount))
        .where(*own, Entry.on_date >= first, Entry.on_date < after)
        .group_by(Entry.direction, Entry.category)
    ):
        sums[direction][category] = amount
    return BookYear(before.get("in", ZERO) - before.get("out", ZERO), sums["in"], sums["out"])


@dataclass(frozen=True, slots=True)
class BookLine:
    entry: Entry
    #: What the book holds after this line.
    balance: Decimal
    #: Taken back by another line.
    reversed: bool
    #: How many people a receipt was for, and whether it was taken back.
    people: int | None
    receipt_back: bool


def book_page(
    unit: Unit, year: int, *, after: tuple[date, int] | None = None, size: int = PAGE
) -> tuple[list[BookLine], tuple[date, int] | None]:
    """A page of the year in the order of days, with the running balance, and the place to go on from. One query."""
    back = Entry.__table__.alias("back")
    receipt_back = Receipt.__table__.alias("receipt_back")
    numbered = (
        select(
            Entry.id,
            func.sum(_signed()).over(order_by=(Entry.on_date, Entry.id)).label("balance"),
        )
        .where(Entry.unit_id == unit.id, Entry.account == unit.line, Entry.on_date < date(year + 1, 1, 1))
        .subquery("numbered")
    )
    statement = (
        select(
            Entry,
            numbered.c.balance,
            select(1).where(back.c.tenant_id == Entry.tenant_id, back.c.reverses == Entry.id).exists(),
            Receipt.people,
            select(1)
            .where(receipt_back.c.tenant_id == Entry.tenant_id, receipt_back.c.reverses == Entry.receipt_id)
            .exists(),
        )
        .join(numbered, numbered.c.id == Entry.id)
        .outerjoin(Receipt, Receipt.id == Entry.receipt_id)
        .where(Entry.on_date >= date(year, 1, 1))
        .order_by(Entry.on_date, Entry.id)
        .limit(size + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(Entry.on_date, Entry.id) > after)
    found = [BookLine(*row) for row in db.session.execute(statement)]
    last = found[size - 1].entry if len(found) > size else None
    return found[:size], (last.on_date, last.id) if last is not None else None


def _signed() -> ColumnElement[Decimal]:
    return case((Entry.direction == "in", Entry.amount), else_=-Entry.amount)


def turnovers_from(unit_id: int, year: int) -> dict[tuple[str, str], Turnover]:
    """What a unit handed over in a year, by stream and quarter. One query."""
    return {
        (row.stream, row.period): row
        for row in db.session.scalars(
            select(Turnover).where(
                Turnover.from_unit_id == unit_id,
                Turnover.period >= f"{year}-Q1",
                Turnover.period <= f"{year}-Q4",
            )
        )
    }


def turnovers_to(unit_id: int, year: int) -> list[tuple[Turnover, str]]:
    """What came from the units directly below, what waits first. One query."""
    return [
        (row[0], row[1])
        for row in db.session.execute(
            select(Turnover, Unit.name)
            .join(Unit, Unit.id == Turnover.from_unit_id)
            .where(
                Turnover.unit_id == unit_id,
                (Turnover.state == "sent") | Turnover.period.between(f"{year}-Q1", f"{year}-Q4"),
            )
            .order_by((Turnover.state == "sent").desc(), Turnover.period.desc(), Unit.path)
            .limit(500)
        )
    ]


@dataclass(frozen=True, slots=True)
class EmployerLine:
    month: date
    row: EmployerMonth | None
    received: Decimal

    @property
    def arrears(self) -> Decimal:
        return (self.row.payable if self.row else ZERO) - self.received


def employer_year(unit_id: int, year: int, *, until: date) -> list[EmployerLine]:
    """The months of a year until the present one: wages, what they ask, what came in. Two queries."""
    first, last = date(year, 1, 1), min(date(year, 12, 1), until)
    rows = {
        row.month: row
        for row in db.session.scalars(
            select(EmployerMonth).where(
                EmployerMonth.unit_id == unit_id,
                EmployerMonth.month >= first,
                EmployerMonth.month <= last,
                EmployerMonth.replaced_at.is_(None),
            )
        )
    }
    paid: dict[date | None, Decimal] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Entry.for_month, func.sum(Entry.amount))
            .where(Entry.unit_id == unit_id, Entry.for_month >= first, Entry.for_month <= last)
            .group_by(Entry.for_month)
        )
    }
    if first > last:
        return []
    return [
        EmployerLine(month, rows.get(month), paid.get(month, ZERO)) for month in months_between(first, last)
    ]


@dataclass(frozen=True, slots=True)
class Published:
    """What is shown in public: sums and counts, no names."""

    asked: Decimal
    people: int
    relieved: int
    collected: Decimal
    paying: int


def published(unit: Unit, year: int) -> Published:
    """The counts of the yearly publication. Two queries."""
    first, last = date(year, 1, 1), date(year, 12, 1)
    asked = db.session.execute(
        select(
            func.coalesce(func.sum(Charge.payable), 0),
            func.count(Charge.person_id.distinct()),
            func.count(Charge.person_id.distinct()).filter(Charge.relief_id.is_not(None)),
        ).where(Charge.unit_id == unit.id, Charge.for_month >= first, Charge.for_month <= last)
    ).one()
    paid = db.session.execute(
        select(func.coalesce(func.sum(Payment.amount), 0), func.count(Payment.person_id.distinct())).where(
            Payment.unit_id == unit.id, Payment.month >= first, Payment.month <= last
        )
    ).one()
    return Published(Decimal(asked[0]), asked[1], asked[2], Decimal(paid[0]), paid[1])
