"""What a month asks: the brackets on the whole base, corrections instead of overwriting, money to the cent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.dues.actions.collecting import Differs, collect_month, take_back
from shared.dues.actions.rates import adopt_rates, choose_rounding
from shared.dues.actions.reliefs import ask_relief, decide_relief
from shared.dues.actions.sheets import close_sheet, draw_sheets
from shared.dues.models import Charge, Entry, Payment
from shared.dues.queries.balances import balances_of
from shared.errors import Conflict, Invalid
from shared.members.models import Membership
from shared.tenancy import tenant
from tests.factories.dues import base, payer, unit_row
from tests.world import Side, World

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
D = Decimal


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


@contextmanager
def inside(app: Flask, side: Side) -> Iterator[None]:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            yield
        db.session.remove()


def lines(person_id: int) -> list[tuple[date, Decimal]]:
    """(month, payable) of a person over all sheets."""
    return [
        (row.for_month, row.payable)
        for row in db.session.scalars(
            select(Charge).where(Charge.person_id == person_id).order_by(Charge.sheet_id, Charge.for_month)
        )
    ]


def draw(side: Side, month: date = NOVEMBER, unit_id: int | None = None) -> int:
    return draw_sheets(SYSTEM, unit_ids=[unit_id or side.branch], month=month).lines


@pytest.mark.parametrize(
    ("amount", "payable"),
    [
        ("0", "0.00"),
        ("3000", "15.00"),
        ("3000.01", "30.00"),
        ("5000", "50.00"),
        ("5000.01", "75.00"),
        ("10000", "150.00"),
        ("10000.01", "200.00"),
        ("8765.43", "131.48"),
    ],
)
def test_the_bracket_holds_for_the_whole_base(app: Flask, world: World, amount: str, payable: str) -> None:
    side = world.organ
    with inside(app, side):
        one = payer(side.branch, "party")
        base(one, amount)
        draw(side)
        assert lines(one) == [(NOVEMBER, D(payable))]


@pytest.mark.parametrize(
    ("payer_class", "amount", "payable"),
    [
        ("pension", "5000", "25.00"),
        ("pension", "5000.01", "50.00"),
        ("farmer", None, "0.20"),
        ("relief", None, "0.20"),
        ("irregular", "3000.01", "30.00"),
        ("annual", "20000", "400.00"),
    ],
)
def test_each_class_by_its_own_rule(
    app: Flask, world: World, payer_class: str, amount: str | None, payable: str
) -> None:
    side = world.organ
    with inside(app, side):
        one = payer(side.branch, "party")
        base(one, amount, payer_class=payer_class)
        draw(side)
        assert lines(one) == [(NOVEMBER, D(payable))]


def test_a_union_fee_leaves_what_is_below_ten_yuan_uncounted(app: Flask, world: World) -> None:
    side = world.union
    with inside(app, side):
        one = payer(side.branch, "union")
        base(one, "4259.99", line="union")
        draw(side)
        assert lines(one) == [(NOVEMBER, D("21.25"))]


def test_rounding_is_the_tenants_choice_and_half_up(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side):
        one = payer(side.branch, "party")
        base(one, "2500")
        for step, payable in (("0.01", "12.50"), ("0.10", "12.50"), ("1.00", "13.00")):
            choose_rounding(SYSTEM, step=step)
            draw(side)
            assert lines(one) == [(NOVEMBER, D(payable))]


def test_drawing_twice_changes_nothing_and_a_closed_month_is_frozen(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side):
        one = payer(side.branch, "party")
        base(one, "4000", month=OCTOBER)
        assert draw(side, OCTOBER) == draw(side, OCTOBER) == 1
        base(one, "6000", month=OCTOBER)
        draw(side, OCTOBER)
        assert lines(one) == [(OCTOBER, D("90.00"))]
        assert close_sheet(SYSTEM, unit_id=side.branch, month=OCTOBER) is True
        assert close_sheet(SYSTEM, unit_id=side.branch, month=OCTOBER) is False
        base(one, "4000", month=OCTOBER)
        assert draw(side, OCTOBER) == 0
        assert lines(one) == [(OCTOBER, D("90.00"))]
        # The difference stands in the next month, once, however often that is drawn up.
        draw(side)
        draw(side)
        assert lines(one) == [(OCTOBER, D("90.00")), (OCTOBER, D("-50.00")), (NOVEMBER, D("40.00"))]


def test_a_probationer_pays_from_the_month_of_admission_and_an_applicant_never(
    app: Flask, world: World
) -> None:
    side = world.organ
    with inside(app, side):
        new = payer(side.branch, "party", status="probationary", since=date(2025, 1, 1), joined="2026-11-18")
        wants = payer(side.branch, "party", status="applicant")
        base(new, "3000")
        base(wants, "3000")
        draw(side, OCTOBER)
        draw(side)
        assert lines(new) == [(NOVEMBER, D("15.00"))]
        assert lines(wants) == []


def test_who_moves_in_the_middle_of_a_month_pays_it_once_at_the_former_unit(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side):
        one = payer(side.branch, "party")
        base(one, "3000")
        db.session.execute(
            update(Membership)
            .where(Membership.person_id == one)
            .values(until=date(2026, 11, 10), end_reason="transferred")
        )
        db.session.add(
            Membership(
                person_id=one,
                unit_id=side.other_branch,
                kind="party",
                status="full",
                since=date(2026, 11, 10),
            )
        )
        db.session.flush()
        draw_sheets(SYSTEM, unit_ids=[side.branch, side.other_branch], month=NOVEMBER)
        rows = db.session.scalars(select(Charge).where(Charge.person_id == one)).all()
        assert [row.unit_id for row in rows] == [side.branch]


def test_a_relief_takes_off_when_granted_and_mends_closed_months(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side):
        one = payer(side.branch, "party")
        base(one, "6000", month=OCTOBER)
        draw(side, OCTOBER)
        close_sheet(SYSTEM, unit_id=side.branch, month=OCTOBER)
        relief = ask_relief(
            SYSTEM,
            unit=unit_row(side.branch),
            person_id=one,
            kind="reduction",
            amount=D("10"),
            from_month=OCTOBER,
            until_month=NOVEMBER,
            reason="long illness",
            document="",
            form_key="r1",
        )
        draw(side)
        assert lines(one)[-1] == (NOVEMBER, D("90.00"))
        decide_relief(SYSTEM, relief, decision="approved", answer="")
        draw(side)
        assert lines(one) == [(OCTOBER, D("90.00")), (OCTOBER, D("-80.00")), (NOVEMBER, D("10.00"))]


def test_everybody_pays_but_for_who_differs_and_it_balances_to_the_cent(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side):
        unit = unit_row(side.branch)
        full, none, part, more = (payer(side.branch, "party") for _ in range(4))
        for person in (full, none, part, more):
            base(person, "3333.33", month=OCTOBER)
        draw(side, OCTOBER)
        draw(side)
        receipt = collect_month(
            SYSTEM,
            unit=unit,
            month=NOVEMBER,
            paid_on=date(2026, 11, 5),
            way="cash",
            form_key="c1",
            differs=Differs(frozenset({none}), {part: D("10.01"), more: D("40.00")}, {part: "her son"}),
        )
        open_sums = {
            person: [(one.month, one.open) for one in balances_of([person], "party")[person]]
            for person in (full, none, part, more)
        }
        assert open_sums == {
            full: [(OCTOBER, D("33.33")), (NOVEMBER, D("0.00"))],
            none: [(OCTOBER, D("33.33")), (NOVEMBER, D("33.33"))],
            part: [(OCTOBER, D("33.33")), (NOVEMBER, D("23.32"))],
            # What exceeds the month goes to the oldest arrears.
            more: [(OCTOBER, D("26.66")), (NOVEMBER, D("0.00"))],
        }
        assert receipt is not None
        assert receipt.total == D("33.33") + D("10.01") + D("40.00")
        paid = sum(db.session.scalars(select(Payment.amount).where(Payment.receipt_id == receipt.id)))
        booked = db.session.scalars(select(Entry.amount).where(Entry.receipt_id == receipt.id)).one()
        assert paid == booked == receipt.total
        take_back(SYSTEM, unit=unit, receipt=receipt, reason="wrong day")
        assert sum(db.session.scalars(select(Payment.amount))) == 0
        assert sum(db.session.scalars(select(Entry.amount))) == 0
        with pytest.raises(Conflict):
            take_back(SYSTEM, unit=unit, receipt=receipt, reason="again")


def test_more_than_is_open_is_refused_in_words(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side):
        one = payer(side.branch, "party")
        base(one, "3000")
        draw(side)
        with pytest.raises(Invalid) as refused:
            collect_month(
                SYSTEM,
                unit=unit_row(side.branch),
                month=NOVEMBER,
                paid_on=date(2026, 11, 5),
                way="cash",
                form_key="c2",
                differs=Differs(amounts={one: D("15.01")}),
            )
        assert "0.01" in str(refused.value.fields[f"amount-{one}"])


def test_what_is_shipped_comes_in_once(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        assert adopt_rates(SYSTEM) > 0
        assert adopt_rates(SYSTEM) == 0
