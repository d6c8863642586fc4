"""Random years of a branch: closed months stay, sums agree, and corrections make up every difference."""

from datetime import date
from decimal import Decimal
from typing import Any

import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.dues.actions.book import balance, enter
from shared.dues.actions.collecting import Differs, collect_month, take_back
from shared.dues.actions.sheets import close_sheet, draw_sheets, sheet_for
from shared.dues.models import Charge, DuesSheet, Entry, Payment, Receipt
from shared.dues.queries.book import book_page, book_year
from shared.dues.queries.expected import asked_of
from shared.dues.queries.sheet import sheet_of
from shared.errors import Conflict, Invalid
from shared.tenancy import tenant
from tests.factories.dues import base, payer, unit_row
from tests.world import World, build

D = Decimal
MONTHS = [date(2026, month, 1) for month in range(7, 12)]
AMOUNTS = st.integers(0, 1_500_000).map(lambda n: D(n) / 100)
STEP = st.one_of(
    st.tuples(st.just("draw"), st.integers(0, 4)),
    st.tuples(st.just("close"), st.integers(0, 4)),
    st.tuples(st.just("base"), st.integers(0, 2), st.integers(0, 4), AMOUNTS),
    st.tuples(st.just("collect"), st.integers(0, 4), st.integers(0, 2), st.integers(0, 20_000)),
    st.tuples(st.just("back"), st.integers(0, 5)),
    st.tuples(st.just("spend"), st.integers(1, 5_000)),
)


def frozen() -> dict[int, list[Any]]:
    """The lines of every closed sheet."""
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(
        select(Charge.sheet_id, Charge.person_id, Charge.for_month, Charge.payable)
        .join(DuesSheet, DuesSheet.id == Charge.sheet_id)
        .where(DuesSheet.state == "closed")
        .order_by(Charge.sheet_id, Charge.person_id, Charge.for_month)
    ):
        found.setdefault(row[0], []).append(tuple(row[1:]))
    return found


def act(unit_id: int, people: list[int], step: tuple[Any, ...], number: int) -> None:
    unit = unit_row(unit_id)
    what, *rest = step
    try:
        with db.session.begin_nested():
            if what == "draw":
                draw_sheets(SYSTEM, unit_ids=[unit_id], month=MONTHS[rest[0]])
            elif what == "close":
                close_sheet(SYSTEM, unit_id=unit_id, month=MONTHS[rest[0]])
                assert close_sheet(SYSTEM, unit_id=unit_id, month=MONTHS[rest[0]]) is False
            elif what == "base":
                base(people[rest[0]], str(rest[2]), month=MONTHS[rest[1]])
            elif what == "collect":
                collect_month(
                    SYSTEM,
                    unit=unit,
                    month=MONTHS[rest[0]],
                    paid_on=date(2026, 11, 5),
                    way="cash",
                    form_key=f"c{number}",
                    differs=Differs(amounts={people[rest[1]]: D(rest[2]) / 100}),
                )
            elif what == "back":
                receipts = list(db.session.scalars(select(Receipt).order_by(Receipt.id)))
                if receipts:
                    take_back(SYSTEM, unit=unit, receipt=receipts[rest[0] % len(receipts)], reason="slip")
            else:
                enter(
                    SYSTEM,
                    unit=unit,
                    category="training",
                    amount=D(rest[0]) / 100,
                    on_date=date(2026, 11, 6),
                    said="books",
                    document="",
                    form_key=f"s{number}",
                )
    except (Conflict, Invalid):
        db.session.expire_all()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=st.lists(STEP, min_size=4, max_size=24))
def test_whatever_is_done_it_adds_up(app: Flask, steps: list[tuple[Any, ...]]) -> None:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        world: World = build(app)
        side = world.organ
        with app.app_context(), tenant(side.tenant_id):
            with transaction():
                people = [payer(side.branch, "party") for _ in range(3)]
                for person_id in people:
                    base(person_id, "3000", month=MONTHS[0])
                closed: dict[int, list[Any]] = {}
                for number, step in enumerate(steps):
                    act(side.branch, people, step, number)
                    now = frozen()
                    assert {key: now[key] for key in closed} == closed
                    closed = now
                check(side.branch, people)
            db.session.remove()


def check(unit_id: int, people: list[int]) -> None:
    unit = unit_row(unit_id)
    # Receipts, payments and the book say the same.
    paid = dict(
        db.session.execute(
            select(Payment.receipt_id, func.sum(Payment.amount)).group_by(Payment.receipt_id)
        ).all()
    )
    assert paid == {
        row.id: row.total for row in db.session.scalars(select(Receipt)) if row.id in paid or row.total
    }
    booked = db.session.scalar(select(func.sum(Entry.amount)).where(Entry.category == "fees")) or D(0)
    assert booked == sum(paid.values(), D(0))
    # Income less spending is the balance, by each way to count it.
    year = book_year(unit, 2026)
    lines, _after = book_page(unit, 2026)
    held = balance(unit.id, "party")
    assert held == year.balance == (lines[-1].balance if lines else D(0))
    assert held >= 0 or any(row.reverses for row in db.session.scalars(select(Receipt)))
    # A last drawing leaves no difference to what the rules ask, closed months included.
    draw_sheets(SYSTEM, unit_ids=[unit_id], month=MONTHS[-1])
    last = sheet_for(unit_id, MONTHS[-1])
    assert last is not None
    if last.state == "open":
        for person_id in people:
            for month in MONTHS:
                sheet = sheet_for(unit_id, month)
                if sheet is None or (sheet.state == "open" and month != MONTHS[-1]):
                    continue
                (wanted,) = asked_of(unit_id, [month], sheet.rounding, person_id)
                asked = db.session.scalar(
                    select(func.sum(Charge.payable)).where(
                        Charge.person_id == person_id, Charge.for_month == month
                    )
                )
                assert asked == wanted.payable, (person_id, month)
    # What a page shows as its total is the sum of its lines.
    shown = sheet_of(unit, MONTHS[-1], D("0.01"))
    total = db.session.scalar(select(func.sum(Charge.payable)).where(Charge.sheet_id == last.id)) or D(0)
    assert shown.total("payable") + shown.total("correction") == total
