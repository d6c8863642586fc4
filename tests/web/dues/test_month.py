"""A branch's month through its pages: bases, draw up, collect by exception, close."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.dues import base, payer
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def payers(
    app: Flask, side: Side, count: int, amount: str = "3000", *, unit_id: int | None = None
) -> list[int]:
    """So many further members of a unit, each with a base from January on."""
    line = "party" if side.kind == "bureau" else "union"
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            found = [payer(unit_id or side.branch, line) for _ in range(count)]
            for person_id in found:
                base(person_id, amount, line=line)
        db.session.remove()
    return found


def key(page: str) -> str:
    found = re.search(r'name="form_key" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_secretary_draws_up_collects_and_closes_without_typing(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    payers(app, side, 22)
    client = enter(side["secretary"])
    # 1: 党员, 2: 党费 — which is the own unit's month at once.
    assert "/dues" in client.get("/members").text
    page = client.get("/dues", follow_redirects=True)
    assert page.request.path == f"/dues/units/{side.branch}"
    # 3: draw up.
    page = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"}, follow_redirects=True)
    assert "330.00" in page.text
    # 4: all paid, close.
    sent = {
        "month": "2026-11",
        "form_key": key(page.text),
        "paid_on": re.search(r'name="paid_on" value="([\d-]+)"', page.text)[1],  # type: ignore[index]
        "way": "cash",
        "close": "1",
    }
    answer = client.post(f"/dues/units/{side.branch}/collect", data=sent)
    assert answer.status_code == 303
    assert rows(side, "select state from dues_sheet") == [("closed",)]
    assert rows(side, "select total, people from dues_receipt") == [(Decimal("330.00"), 22)]
    # The same form once more is told, and collects nothing.
    assert client.post(f"/dues/units/{side.branch}/collect", data=sent).status_code == 409
    assert len(rows(side, "select 1 from dues_receipt")) == 1


def test_who_differs_is_changed_and_the_rest_pays(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    first, second, third = payers(app, side, 3)
    client = enter(side["secretary"])
    page = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"}, follow_redirects=True)
    sent = {
        "month": "2026-11",
        "form_key": key(page.text),
        "paid_on": "2026-11-18",
        "way": "phone",
        "absent": str(first),
        f"amount-{second}": "10",
        f"payer-{third}": "儿子",
        "close": "",
    }
    assert client.post(f"/dues/units/{side.branch}/collect", data=sent).status_code == 303
    assert rows(side, "select person_id, amount, payer from dues_payment order by person_id") == [
        (second, Decimal("10.00"), ""),
        (third, Decimal("15.00"), "儿子"),
    ]
    assert rows(side, "select state from dues_sheet") == [("open",)]


@pytest.mark.parametrize("amount", ["-1", "1000000000000", "1.005", "abc", "15.01"])
def test_a_sum_that_cannot_be_is_refused_beside_its_field(
    app: Flask, world: World, enter: Enter, rows: Rows, amount: str
) -> None:
    side = world.organ
    (one,) = payers(app, side, 1)
    client = enter(side["secretary"])
    page = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"}, follow_redirects=True)
    answer = client.post(
        f"/dues/units/{side.branch}/collect",
        data={
            "month": "2026-11",
            "form_key": key(page.text),
            "paid_on": "2026-11-18",
            "way": "cash",
            f"amount-{one}": amount,
        },
    )
    assert answer.status_code == 422
    assert "jc-err" in answer.text
    assert f'value="{amount}"' in answer.text
    assert rows(side, "select 1 from dues_payment") == []


@pytest.mark.parametrize(
    "sent", [{"paid_on": "2026-11-21"}, {"paid_on": "soon"}, {"way": "gold"}, {"absent": "1"}]
)
def test_other_bad_input_is_refused_in_words(
    app: Flask, world: World, enter: Enter, rows: Rows, sent: dict[str, str]
) -> None:
    side = world.organ
    payers(app, side, 1)
    client = enter(side["secretary"])
    client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"})
    data = {"month": "2026-11", "paid_on": "2026-11-18", "way": "cash", "form_key": "k"} | sent
    answer = client.post(f"/dues/units/{side.branch}/collect", data=data)
    assert answer.status_code == 422
    assert "没有登记" in answer.text
    assert rows(side, "select 1 from dues_payment") == []


def test_a_month_may_be_closed_although_nobody_paid(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    (one,) = payers(app, side, 1)
    client = enter(side["secretary"])
    client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"})
    sent = {"month": "2026-11", "paid_on": "2026-11-18", "way": "cash", "form_key": "k", "absent": str(one)}
    assert client.post(f"/dues/units/{side.branch}/collect", data=sent).status_code == 409
    assert client.post(f"/dues/units/{side.branch}/collect", data=sent | {"close": "1"}).status_code == 303
    assert rows(side, "select state from dues_sheet") == [("closed",)]
    assert rows(side, "select 1 from dues_receipt") == []
    # The debt stands, and can be paid for the closed month.
    sent = {"month": "2026-11", "paid_on": "2026-11-19", "way": "cash", "form_key": "l"}
    assert client.post(f"/dues/units/{side.branch}/collect", data=sent).status_code == 303
    assert rows(side, "select total from dues_receipt") == [(Decimal("15.00"),)]


def test_a_coming_month_is_not_drawn_up(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    payers(app, side, 1)
    client = enter(side["secretary"])
    answer = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-12"})
    assert answer.status_code == 422
    assert rows(side, "select 1 from dues_sheet") == []


def test_bases_are_entered_for_many_and_only_what_changed_is_written(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    one, other = payers(app, side, 2)
    secretary = side["secretary"].person_id
    client = enter(side["secretary"])
    page = client.get(f"/dues/units/{side.branch}/bases").text
    assert "还没有基数" in page
    sent = {
        "from_month": "2026-11",
        f"class-{one}": "salary",
        f"base-{one}": "3000.00",
        f"class-{other}": "pension",
        f"base-{other}": "6,000",
        f"class-{secretary}": "farmer",
        f"base-{secretary}": "",
    }
    assert client.post(f"/dues/units/{side.branch}/bases", data=sent).status_code == 303
    assert rows(
        side,
        "select person_id, payer_class, amount from dues_base where from_month = '2026-11-01' order by payer_class",
    ) == [(secretary, "farmer", None), (other, "pension", Decimal("6000.00"))]
    client.post(f"/dues/units/{side.branch}/bases", data=sent)
    assert len(rows(side, "select 1 from dues_base")) == 4


@pytest.mark.parametrize("amount", ["-1", "1000000000000", "3000.001", "三千", "1e4"])
def test_a_base_that_cannot_be_is_refused_and_nothing_is_written(
    app: Flask, world: World, enter: Enter, rows: Rows, amount: str
) -> None:
    side = world.organ
    one, other = payers(app, side, 2)
    client = enter(side["secretary"])
    sent = {
        "from_month": "2026-11",
        f"class-{one}": "salary",
        f"base-{one}": amount,
        f"class-{other}": "salary",
        f"base-{other}": "9000",
    }
    answer = client.post(f"/dues/units/{side.branch}/bases", data=sent)
    assert answer.status_code == 422
    assert "jc-err" in answer.text
    assert (
        client.post(
            f"/dues/people/{one}/base",
            data={"payer_class": "salary", "amount": amount, "from_month": "2026-11"},
        ).status_code
        == 422
    )
    assert rows(side, "select distinct amount from dues_base") == [(Decimal("3000.00"),)]


def test_a_quarter_is_paid_ahead_and_not_asked_again(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    (one,) = payers(app, side, 1)
    client = enter(side["secretary"])
    client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-10"})
    sent = {
        "form_key": "quarter",
        "first": "2026-10",
        "last": "2026-12",
        "paid_on": "2026-11-18",
        "way": "bank",
        "payer": "",
    }
    assert client.post(f"/dues/people/{one}/pay", data=sent).status_code == 303
    assert rows(side, "select month, amount from dues_payment order by month") == [
        (date(2026, month, 1), Decimal("15.00")) for month in (10, 11, 12)
    ]
    # November is drawn up afterwards: nothing is open, nobody is asked.
    page = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"}, follow_redirects=True)
    assert "登记并结账" not in page.text
    assert client.post(f"/dues/people/{one}/pay", data=sent | {"form_key": "again"}).status_code == 409
    assert client.post(f"/dues/people/{one}/pay", data=sent | {"last": "2026-09"}).status_code == 422


def test_a_receipt_is_taken_back_with_a_reason(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    payers(app, side, 2)
    client = enter(side["secretary"])
    page = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"}, follow_redirects=True)
    client.post(
        f"/dues/units/{side.branch}/collect",
        data={
            "month": "2026-11",
            "form_key": key(page.text),
            "paid_on": "2026-11-18",
            "way": "cash",
            "close": "1",
        },
    )
    (receipt,) = rows(side, "select id from dues_receipt")
    assert client.post(f"/dues/receipts/{receipt[0]}/back", data={"month": "2026-11"}).status_code == 422
    sent = {"month": "2026-11", "reason": "日期错误"}
    assert client.post(f"/dues/receipts/{receipt[0]}/back", data=sent).status_code == 303
    assert client.post(f"/dues/receipts/{receipt[0]}/back", data=sent).status_code == 409
    assert rows(side, "select sum(amount) from dues_payment") == [(Decimal("0.00"),)]


def test_the_trail_holds_no_sum_of_a_person(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    (one,) = payers(app, side, 1, "7654.32")
    client = enter(side["secretary"])
    page = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"}, follow_redirects=True)
    client.post(
        f"/dues/people/{one}/base",
        data={"payer_class": "salary", "amount": "8765.43", "from_month": "2026-11"},
    )
    client.post(
        f"/dues/units/{side.branch}/collect",
        data={
            "month": "2026-11",
            "form_key": key(page.text),
            "paid_on": "2026-11-18",
            "way": "cash",
            "close": "1",
        },
    )
    trail = str(rows(side, "select verb, detail from audit_entry where verb like 'dues.%'"))
    assert "dues.base" in trail
    assert "dues.collect" in trail
    for amount in ("7654", "8765", "114.81", "131.48"):
        assert amount not in trail


def test_the_union_line_collects_its_fees_the_same_way(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.union
    payers(app, side, 3, "4259.99")
    client = enter(side["secretary"])
    page = client.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"}, follow_redirects=True)
    assert "会费" in page.text
    client.post(
        f"/dues/units/{side.branch}/collect",
        data={
            "month": "2026-11",
            "form_key": key(page.text),
            "paid_on": "2026-11-18",
            "way": "cash",
            "close": "1",
        },
    )
    assert rows(side, "select total from dues_receipt") == [(Decimal("63.75"),)]


def test_the_pages_speak_three_languages(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    payers(app, side, 1)
    for locale, word in (("zh_Hans", "生成"), ("zh_Hant", "生成"), ("en", "Draw up")):
        client = enter(side["secretary"])
        with client.session_transaction() as session:
            session["locale"] = locale
        assert word in client.get(f"/dues/units/{side.branch}").text
