"""政治生日: the month's people, leap days, days that are not known, the cards and the one record of a branch."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from shared.db.types import PartialDate
from shared.events.queries.life.birthdays import Birthday
from tests.factories.workbooks import book_of
from tests.web.events.stage import NOON, events, fields
from tests.web.life.stage import joined, rename
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def person(side: Side, role: str) -> int:
    found = side[role].person_id
    assert found is not None
    return found


@pytest.fixture
def known(app: Flask, world: World) -> Side:
    """In November: one with a day, one with a month, one of this very year; in February one; one year; nobody."""
    side = world.organ
    for role, name, text in (
        ("admin", "甲日", "1998-11-09"),
        ("leader", "乙月", "2004-11"),
        ("member", "丙今年", "2026-11-03"),
        ("keeper", "丁闰日", "2000-02-29"),
        ("auditor", "戊年", "1999"),
        ("reviewer", "己无", None),
    ):
        rename(app, side, person(side, role), name)
        joined(app, side, person(side, role), text)
    assert side.colleague is not None
    assert side.colleague.person_id is not None
    rename(app, side, side.colleague.person_id, "庚外")
    joined(app, side, side.colleague.person_id, "2001-11-30")
    return side


def named(page: str) -> list[str]:
    return re.findall(r"<b>([^<0-9]+)</b></a>", page)


def test_the_month_shows_days_and_months_and_nobody_of_this_year(known: Side, enter: Enter) -> None:
    page = enter(known["officer"]).get("/life/birthdays?month=11&year=2026").text
    assert named(page) == ["乙月", "甲日"]
    assert "入党时间 1998-11-09，28 年" in page
    assert "日期不详" in page
    assert named(enter(known["admin"]).get("/life/birthdays?month=11&year=2026").text) == [
        "乙月",
        "甲日",
        "庚外",
    ]
    assert named(enter(known["officer"]).get("/life/birthdays?month=99&year=x").text) == ["乙月", "甲日"]


def test_who_lacks_the_month_is_listed_apart(known: Side, enter: Enter) -> None:
    page = enter(known["officer"]).get("/life/birthdays?view=lacking").text
    assert {"戊年", "己无"} <= set(named(page))
    assert "只知道 1999 年" in page
    assert "入党时间未填" in page


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("2000-02-29", 2026, date(2026, 2, 28)),
        ("2000-02-29", 2028, date(2028, 2, 29)),
        ("2000-02-28", 2028, date(2028, 2, 28)),
        ("1998-11-09", 2026, date(2026, 11, 9)),
        ("1998-11", 2026, None),
        ("1998", 2026, None),
    ],
)
def test_the_anniversary_of_a_leap_day(text: str, year: int, expected: date | None) -> None:
    row = Birthday(1, "n", "n", 1, "u", "p", PartialDate(text), "full")
    assert row.day(year) == expected


def test_the_leap_day_is_said(known: Side, enter: Enter) -> None:
    page = enter(known["officer"]).get("/life/birthdays?month=2&year=2026").text
    assert named(page) == ["丁闰日"]
    assert "02-28" in page
    assert "2 月 29 日" in page


def test_the_cards_of_the_month_and_of_one(known: Side, enter: Enter) -> None:
    client = enter(known["officer"])
    page = client.get("/life/birthdays/cards?month=11").text
    assert re.findall(r"<h2>([^<]+)</h2>", page) == ["乙月", "甲日"]
    assert "1998 年 11 月 9 日 加入中国共产党" in page
    assert "2004 年 11 月加入中国共产党" in page
    one = client.get(f"/life/birthdays/cards?month=11&person_id={person(known, 'admin')}").text
    assert re.findall(r"<h2>([^<]+)</h2>", one) == ["甲日"]
    assert known.colleague is not None
    assert (
        client.get(f"/life/birthdays/cards?month=11&person_id={known.colleague.person_id}").status_code == 403
    )
    assert client.get("/life/birthdays/cards?month=5").status_code == 200


def test_a_branch_records_all_of_the_month_with_one_filled_form(
    app: Flask, known: Side, enter: Enter
) -> None:
    client = enter(known["secretary"])
    page = client.get("/life/birthdays?month=11").text
    found = re.search(r'href="(/events/new\?[^"]+)"', page)
    assert found is not None
    address = found.group(1).replace("&amp;", "&")
    sent = fields(client.get(address).text)
    assert sent["honoured"] == "乙月、甲日"
    assert sent["persons"] == "2"
    assert client.post(address, data=sent).status_code == 303
    [made] = events(app, known)
    assert made.fields["honoured"] == "乙月、甲日"
    again = client.get("/life/birthdays?month=11").text
    assert f"/events/{made.id}" in again
    assert "/events/new" not in again
    # Next month nobody can have held it yet.
    assert "/events/new" not in client.get("/life/birthdays?month=12").text


def test_the_list_leaves_as_excel(known: Side, enter: Enter) -> None:
    book = book_of(enter(known["officer"]).post("/exports/life/birthdays?month=11&year=2026"))
    assert book.column("姓名") == ["乙月", "甲日"]
    assert book.column("年数") == [22, 28]
