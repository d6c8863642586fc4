"""What stands above a month: reliefs, hand-overs, the book, the employer, the overview; and who may not see it."""

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
from tests.factories.workbooks import read_book
from tests.web.dues.test_month import key, payers
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Counter = Callable[[], Any]


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def collect(client: FlaskClient, unit_id: int, month: str = "2026-11", on: str = "2026-11-18") -> None:
    """Draw up, collect from everybody, close."""
    page = client.post(f"/dues/units/{unit_id}/draw", data={"month": month}, follow_redirects=True)
    sent = {"month": month, "form_key": key(page.text), "paid_on": on, "way": "cash", "close": "1"}
    assert client.post(f"/dues/units/{unit_id}/collect", data=sent).status_code == 303


RELIEF = {
    "form_key": "ask",
    "kind": "exemption",
    "amount": "",
    "relief_from": "2026-11",
    "relief_until": "2027-06",
    "reason": "重病",
    "document": "",
}


def test_the_branch_asks_and_the_organisation_above_decides(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    one, _other = payers(app, side, 2)
    secretary, officer = enter(side["secretary"]), enter(side["officer"])
    assert secretary.post(f"/dues/people/{one}/relief", data=RELIEF).status_code == 303
    # The same form again, and another one for the same time.
    assert secretary.post(f"/dues/people/{one}/relief", data=RELIEF).status_code == 409
    assert secretary.post(f"/dues/people/{one}/relief", data=RELIEF | {"form_key": "x"}).status_code == 409
    ((relief_id,),) = rows(side, "select id from dues_relief")
    decide = f"/dues/reliefs/{relief_id}/decide"
    assert secretary.post(decide, data={"decision": "approved"}).status_code == 403
    assert enter(side["leader"]).post(decide, data={"decision": "approved"}).status_code == 403
    assert officer.post(decide, data={"decision": "refused"}).status_code == 422
    assert "待审批" in officer.get("/dues/reliefs").text
    assert officer.post(decide, data={"decision": "approved"}).status_code == 303
    assert officer.post(decide, data={"decision": "approved"}).status_code == 409
    assert secretary.post(f"/dues/reliefs/{relief_id}/withdraw").status_code == 409
    secretary.post(f"/dues/units/{side.branch}/draw", data={"month": "2026-11"})
    assert rows(side, "select payable from dues_charge where person_id = :one", one=one) == [
        (Decimal("0.00"),)
    ]


def test_nobody_grants_what_they_asked_themselves(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    (one,) = payers(app, side, 1)
    officer = enter(side["officer"])
    assert officer.post(f"/dues/people/{one}/relief", data=RELIEF).status_code == 303
    ((relief_id,),) = rows(side, "select id from dues_relief")
    answer = officer.post(f"/dues/reliefs/{relief_id}/decide", data={"decision": "approved"})
    assert answer.status_code == 403
    assert rows(side, "select state from dues_relief") == [("asked",)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "reduction", "amount": ""},
        {"kind": "reduction", "amount": "-5"},
        {"relief_from": "2026-11", "relief_until": "2026-10"},
        {"relief_from": "2025-11", "relief_until": "2028-11"},
        {"reason": " "},
        {"kind": "gift"},
    ],
)
def test_a_request_that_cannot_be_is_refused(
    app: Flask, world: World, enter: Enter, rows: Rows, wrong: dict[str, str]
) -> None:
    side = world.organ
    (one,) = payers(app, side, 1)
    answer = enter(side["secretary"]).post(f"/dues/people/{one}/relief", data=RELIEF | wrong)
    assert answer.status_code == 422
    assert "jc-err" in answer.text
    assert rows(side, "select 1 from dues_relief") == []


def test_a_quarter_goes_up_and_both_books_balance_to_the_cent(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    payers(app, side, 3, "3333.33")
    secretary, officer = enter(side["secretary"]), enter(side["officer"])
    collect(secretary, side.branch, "2026-09", "2026-09-20")
    spent = {
        "form_key": "s",
        "category": "training",
        "amount": "20.01",
        "on_date": "2026-11-01",
        "said": "党员培训",
        "document": "",
    }
    assert secretary.post(f"/dues/units/{side.branch}/book", data=spent).status_code == 303
    assert secretary.post(f"/dues/units/{side.branch}/book", data=spent).status_code == 409
    sent = {"period": "2026-Q3", "stream": "party_fee"}
    assert secretary.post(f"/dues/units/{side.branch}/turnover", data=sent).status_code == 303
    assert secretary.post(f"/dues/units/{side.branch}/turnover", data=sent).status_code == 409
    early = {"period": "2026-Q4", "stream": "party_fee"}
    assert secretary.post(f"/dues/units/{side.branch}/turnover", data=early).status_code == 422
    # 99.99 came in, half goes up: 50.00 (half up).
    ((turnover_id, collected, amount),) = rows(side, "select id, collected, amount from dues_turnover")
    assert (collected, amount) == (Decimal("99.99"), Decimal("50.00"))
    # The sender cannot confirm; the unit above can, once.
    assert secretary.post(f"/dues/turnovers/{turnover_id}/receive").status_code == 403
    assert officer.post(f"/dues/turnovers/{turnover_id}/receive").status_code == 303
    assert officer.post(f"/dues/turnovers/{turnover_id}/receive").status_code == 303
    sums = (
        "select unit_id, sum(case direction when 'in' then amount else -amount end) from dues_entry"
        " group by unit_id order by unit_id"
    )
    assert rows(side, sums) == [
        (side.middle, Decimal("50.00")),
        (side.branch, Decimal("99.99") - Decimal("20.01") - Decimal("50.00")),
    ]
    page = secretary.get(f"/dues/units/{side.branch}/book").text
    assert "余额 29.98 元" in page
    public = secretary.get(f"/dues/units/{side.branch}/publication").text
    assert "29.98" in public
    assert "payer" not in public


def test_a_book_is_not_overdrawn_and_a_line_is_reversed_not_removed(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    client = enter(side["secretary"])
    sent = {
        "form_key": "i",
        "category": "allocated",
        "amount": "100",
        "on_date": "2026-11-01",
        "said": "上级下拨",
        "document": "收据 1",
    }
    address = f"/dues/units/{side.branch}/book"
    assert client.post(address, data=sent).status_code == 303
    too_much = sent | {"form_key": "o", "category": "training", "amount": "100.01"}
    assert client.post(address, data=too_much).status_code == 422
    for wrong in (
        {"amount": "-1"},
        {"amount": "1.005"},
        {"amount": "0"},
        {"on_date": "2026-11-21"},
        {"said": ""},
        {"category": "fees"},
    ):
        assert client.post(address, data=sent | {"form_key": "w"} | wrong).status_code == 422, wrong
    ((entry_id,),) = rows(side, "select id from dues_entry")
    assert client.post(f"/dues/entries/{entry_id}/reverse", data={"reason": ""}).status_code == 422
    assert client.post(f"/dues/entries/{entry_id}/reverse", data={"reason": "重复"}).status_code == 303
    assert client.post(f"/dues/entries/{entry_id}/reverse", data={"reason": "重复"}).status_code == 409
    assert rows(side, "select sum(amount), count(*) from dues_entry") == [(Decimal("0.00"), 2)]


def test_the_employer_owes_two_per_cent_and_it_is_split(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.union
    client = enter(side["secretary"])
    address = f"/dues/units/{side.branch}"
    sent = {"year": "2026", "wages-9": "1,234,567.89", "wages-10": ""}
    assert client.post(f"{address}/wages", data=sent).status_code == 303
    assert rows(side, "select payable, kept, turned_up from dues_employer_month") == [
        (Decimal("24691.36"), Decimal("14814.82"), Decimal("9876.54"))
    ]
    for wrong in ("-1", "1000000000000", "1.001"):
        answer = client.post(f"{address}/wages", data={"year": "2026", "wages-9": wrong})
        assert answer.status_code == 422
    paid = {
        "form_key": "p",
        "month": "2026-09",
        "paid": "20000",
        "on_date": "2026-10-05",
        "document": "",
    }
    assert client.post(f"{address}/employer?year=2026", data=paid).status_code == 303
    assert client.post(f"{address}/employer?year=2026", data=paid).status_code == 409
    assert "4,691.36" in client.get(f"{address}/employer?year=2026").text
    # The wages were more: the former row stays as replaced.
    client.post(f"{address}/wages", data={"year": "2026", "wages-9": "2000000"})
    assert rows(side, "select wages, replaced_at is null from dues_employer_month order by id") == [
        (Decimal("1234567.89"), False),
        (Decimal("2000000.00"), True),
    ]
    assert (
        enter(world.organ["secretary"])
        .post(f"/dues/units/{world.organ.branch}/wages", data={"year": "2026", "wages-9": "1"})
        .status_code
        == 409
    )


def test_one_press_draws_up_every_unit_in_reach_and_no_other(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    payers(app, side, 1)
    payers(app, side, 1, unit_id=side.other_branch)
    page = enter(side["officer"]).get("/dues").text
    assert "未生成" in page
    assert enter(side["officer"]).post("/dues/draw", data={"month": "2026-11"}).status_code == 303
    assert rows(side, "select unit_id from dues_sheet") == [(side.branch,)]
    assert enter(side["admin"]).post("/dues/draw", data={"month": "2026-11"}).status_code == 303
    assert rows(side, "select unit_id from dues_sheet order by unit_id") == [
        (side.branch,),
        (side.other_branch,),
    ]


def test_the_admin_sets_what_the_law_leaves_open_and_nothing_else(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    payers(app, side, 1)
    admin = enter(side["admin"])
    admin.post("/dues/draw", data={"month": "2026-11"})
    ((farmer,),) = rows(side, "select id from dues_rule where payer_class = 'farmer'")
    ((salary,),) = rows(side, "select id from dues_rule where payer_class = 'salary' and above = -1")
    sent = {"amount": "0.50", "valid_from": "2027-01", "source": "省委组织部文件"}
    assert admin.post(f"/dues/rates/{farmer}/amount", data=sent).status_code == 303
    for wrong in ({"amount": "1.01"}, {"amount": "0.19"}, {"valid_from": "2026-11"}, {"source": " "}):
        assert admin.post(f"/dues/rates/{farmer}/amount", data=sent | wrong).status_code == 422, wrong
    assert admin.post(f"/dues/rates/{salary}/amount", data=sent).status_code == 422
    split = {"stream": "party_fee", "share_up": "62.5", "valid_from": "2026-12", "source": "市委文件"}
    assert admin.post("/dues/rates/split", data=split).status_code == 303
    for wrong in ({"share_up": "101"}, {"share_up": "-1"}, {"stream": "x"}, {"source": ""}):
        assert admin.post("/dues/rates/split", data=split | wrong).status_code == 422, wrong
    assert rows(side, "select share_up from dues_split where origin = 'tenant'") == [(Decimal("0.625000"),)]
    assert admin.post("/dues/rates/rounding", data={"rounding": "5"}).status_code == 422
    assert admin.post("/dues/rates/rounding", data={"rounding": "1.00"}).status_code == 303
    assert "0.50" in admin.get("/dues/rates").text


def test_neither_neighbour_nor_colleague_sees_a_name_or_a_sum(app: Flask, world: World, enter: Enter) -> None:
    side, stranger = world.organ, world.union
    for one, line, unit_id in (
        (side, "party", side.other_branch),
        (stranger, "union", stranger.branch),
    ):
        with app.app_context(), tenant(one.tenant_id):
            with transaction():
                person_id = payer(unit_id, line)
                base(person_id, "7777.77", line=line)
            db.session.remove()
    assert side.colleague is not None
    collect(enter(side.colleague), side.other_branch)
    collect(enter(stranger["secretary"]), stranger.branch)
    officer = enter(side["officer"])
    for address in (
        "/dues?show=all",
        f"/dues?show=all&unit_id={side.middle}",
        "/dues/unpaid",
        "/dues/reliefs?show=all",
        f"/dues/units/{side.branch}",
        f"/dues/units/{side.middle}/book",
        f"/dues/units/{side.middle}/turnover",
    ):
        page = officer.get(address).text
        for leak in ("payer ", "7,777.77", "116.67", "38.85", "other branch"):
            assert leak not in page, (address, leak)
    assert officer.get(f"/dues?unit_id={side.other_branch}").status_code == 403
    assert officer.get(f"/dues?unit_id={stranger.branch}").status_code == 404
    assert officer.get(f"/dues/units/{side.other_branch}").status_code == 403
    assert officer.get(f"/dues/units/{stranger.branch}").status_code == 404
    # A member's own right is not enough, nor the keeper's of the ledger.
    for role in ("member", "keeper", "reviewer"):
        assert enter(side[role]).get(f"/dues/units/{side.branch}").status_code == 403


def test_excel_holds_the_page_and_no_more(app: Flask, world: World, enter: Enter) -> None:
    side, stranger = world.organ, world.union
    payers(app, side, 2)
    payers(app, side, 1, unit_id=side.other_branch)
    secretary, officer = enter(side["secretary"]), enter(side["officer"])
    collect(secretary, side.branch)
    assert side.colleague is not None
    collect(enter(side.colleague), side.other_branch)
    assert "/exports/dues/sheet?unit_id=" in officer.get(f"/dues/units/{side.branch}").text
    book = read_book(secretary.post(f"/exports/dues/sheet?unit_id={side.branch}&month=2026-11").get_data())
    assert [row[4] for row in book.rows] == [15, 15]
    book = read_book(secretary.post(f"/exports/dues/book?unit_id={side.branch}&year=2026").get_data())
    assert [row[4] for row in book.rows] == [30]
    book = read_book(officer.post("/exports/dues/months?month=2026-11&show=all").get_data())
    assert len(book.rows) == 1
    for name in ("sheet", "book"):
        assert officer.post(f"/exports/dues/{name}?unit_id={side.other_branch}").status_code == 403
        assert officer.post(f"/exports/dues/{name}?unit_id={stranger.branch}").status_code == 404
        assert enter(side["keeper"]).post(f"/exports/dues/{name}?unit_id={side.branch}").status_code == 403


def test_a_list_of_many_units_and_people_takes_as_many_queries_as_a_short_one(
    app: Flask, world: World, enter: Enter, count_queries: Counter
) -> None:
    side = world.organ
    admin = enter(side["admin"])
    payers(app, side, 2)
    admin.post("/dues/draw", data={"month": "2026-11"})
    seen = []
    for _round in range(2):
        counts = []
        for address in (
            "/dues?show=all",
            f"/dues/units/{side.branch}",
            "/dues/unpaid",
            f"/dues/units/{side.branch}/bases",
        ):
            with count_queries() as statements:
                assert admin.get(address).status_code == 200
            counts.append(len(statements))
        seen.append(counts)
        payers(app, side, 30)
        payers(app, side, 30, unit_id=side.other_branch)
        admin.post("/dues/draw", data={"month": "2026-11"})
    assert seen[0] == seen[1]
    assert max(seen[0]) <= 20


def test_the_overview_knows_who_owes(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    payers(app, side, 2)
    collect(enter(side["secretary"]), side.branch)
    officer = enter(side["officer"])
    page = officer.get("/dues?show=closed").text
    assert "30.00" in page
    assert date(2026, 11, 1).strftime("%Y-%m") in page
