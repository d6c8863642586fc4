"""Two people who press at the same time, on connections of their own: money comes in once, a month is closed once."""

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from shared.clock import today
from shared.dues.money import first_of, show_month
from tests.web.dues.test_month import key, payers
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def together(*presses: Callable[[], int]) -> list[int]:
    """The statuses of presses that begin at the same moment."""
    start, seen = Barrier(len(presses)), list[int]()

    def press(act: Callable[[], int]) -> None:
        start.wait()
        seen.append(act())

    threads = [Thread(target=press, args=(act,)) for act in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(seen)


def test_two_collect_the_same_month(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    payers(app, side, 5)
    month = show_month(first_of(today()))
    first, second = enter(side["secretary"]), enter(side["officer"])
    pages = [
        one.post(f"/dues/units/{side.branch}/draw", data={"month": month}, follow_redirects=True).text
        for one in (first, second)
    ]

    def collect(client: FlaskClient, page: str) -> Callable[[], int]:
        sent = {"month": month, "form_key": key(page), "paid_on": today().isoformat(), "way": "cash"}
        return lambda: client.post(f"/dues/units/{side.branch}/collect", data=sent).status_code

    assert together(collect(first, pages[0]), collect(second, pages[1])) == [303, 409]
    assert rows(side, "select sum(amount) from dues_payment") == [(Decimal("75.00"),)]


def test_a_person_and_the_sheet_pay_the_same_month(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    (one,) = payers(app, side, 1)
    month = show_month(first_of(today()))
    first, second = enter(side["secretary"]), enter(side["officer"])
    page = first.post(f"/dues/units/{side.branch}/draw", data={"month": month}, follow_redirects=True).text
    sheet = {"month": month, "form_key": key(page), "paid_on": today().isoformat(), "way": "cash"}
    own = {
        "form_key": "own",
        "first": month,
        "last": month,
        "paid_on": today().isoformat(),
        "way": "cash",
        "payer": "",
    }
    assert together(
        lambda: first.post(f"/dues/units/{side.branch}/collect", data=sheet).status_code,
        lambda: second.post(f"/dues/people/{one}/pay", data=own).status_code,
    ) == [303, 409]
    assert rows(side, "select sum(amount) from dues_payment") == [(Decimal("15.00"),)]


def test_two_draw_up_and_close_at_once(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    payers(app, side, 5)
    month = show_month(first_of(today()))
    first, second = enter(side["secretary"]), enter(side["officer"])
    address = f"/dues/units/{side.branch}"
    assert together(
        lambda: first.post(f"{address}/draw", data={"month": month}).status_code,
        lambda: second.post(f"{address}/draw", data={"month": month}).status_code,
    ) == [303, 303]
    assert rows(side, "select count(*), sum(payable) from dues_charge") == [(5, Decimal("75.00"))]
    assert together(
        lambda: first.post(f"{address}/close", data={"month": month}).status_code,
        lambda: second.post(f"{address}/draw", data={"month": month}).status_code,
    ) == [303, 303]
    assert rows(side, "select count(*), sum(payable) from dues_charge") == [(5, Decimal("75.00"))]
    assert rows(side, "select state from dues_sheet") == [("closed",)]
