"""Pages of exempt periods: what is spared is shown before it is granted; the list, its Excel, and taking back."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.db import db
from shared.duties.models import Exemption
from tests.web.duties.stage import confirmed, seen
from tests.web.duties.test_plan_pages import count
from tests.web.events.stage import NOON, inside, item_id, plan, theme_day
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
SPAN = {
    "form_key": "a-form",
    "since": "2026-08-01",
    "until": "2026-12-31",
    "which": "some",
    "kinds": "theme_day",
    "reason": "防汛抢险",
}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def granted(app: Flask, side: Side, enter: Enter) -> tuple[FlaskClient, int]:
    plan(app, side)
    client = enter(side["officer"])
    answer = confirmed(client, f"/units/{side.branch}/exemption", SPAN)
    assert answer.status_code == 303, answer.text[:300]
    with inside(app, side):
        return client, db.session.scalars(select(Exemption.id)).one()


def test_what_is_spared_is_shown_first_and_nothing_is_granted_by_it(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    plan(app, side)
    page = enter(side["officer"]).post(f"/units/{side.branch}/exemption", data=SPAN)
    assert "免办 5 项" in page.text
    assert "8 月主题党日 (2026-08-31)" in page.text
    assert count(app, side, state="exempt") == 0


def test_recorded_meanwhile_it_is_shown_again(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    plan(app, side)
    client, address = enter(side["officer"]), f"/units/{side.branch}/exemption"
    mark = seen(client.post(address, data=SPAN).text)
    theme_day(enter(side["secretary"]), item_id(app, side, "theme_day", "2026-10"), held_on="2026-10-20")
    again = client.post(address, data={**SPAN, "seen": mark})
    assert again.status_code == 409
    assert "免办 4 项" in again.text
    assert client.post(address, data={**SPAN, "seen": seen(again.text)}).status_code == 303
    # The same form once more is the same period.
    assert client.post(address, data={**SPAN, "seen": "x"}).status_code == 303
    assert count(app, side, state="exempt") == 4


def test_the_page_the_ledger_and_the_unit_tell_of_it(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    client, key = granted(app, side, enter)
    assert "防汛抢险" in client.get(f"/exemptions/{key}").text
    secretary = enter(side["secretary"])
    assert "防汛抢险" in secretary.get(f"/organisations/{side.branch}").text
    assert "防汛抢险" in secretary.get("/duties?show=done").text
    assert f"/exemptions/{key}" in secretary.get("/exemptions").text
    colleague = side.colleague
    assert colleague is not None
    assert f"/exemptions/{key}" not in enter(colleague).get("/exemptions").text


def test_it_leaves_as_excel_with_the_filter(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    client, _key = granted(app, side, enter)
    book = openpyxl.load_workbook(io.BytesIO(client.post("/exports/duties/exemptions").data))
    said = [
        cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell is not None
    ]
    assert "防汛抢险" in said
    assert 5 in said
    over = openpyxl.load_workbook(io.BytesIO(client.post("/exports/duties/exemptions?show=over").data))
    assert "防汛抢险" not in [cell for row in over.worksheets[0].iter_rows(values_only=True) for cell in row]


def test_taking_back_needs_a_reason_and_opens_the_past_only_if_said(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    client, key = granted(app, side, enter)
    assert client.post(f"/exemptions/{key}/end", data={"reason": ""}).status_code == 422
    assert client.post(f"/exemptions/{key}/end", data={"reason": "已复工"}).status_code == 303
    assert count(app, side, state="exempt") == 3
    assert "收回" in client.get("/exemptions?show=over").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": "2026-07-01"}, "结束"),
        ({"since": "30 Feb"}, "30 Feb"),
        ({"kinds": ""}, ""),
        ({"reason": ""}, ""),
    ],
)
def test_bad_input_keeps_what_was_typed(
    changes: dict[str, str], said: str, app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    plan(app, side)
    page = enter(side["officer"]).post(f"/units/{side.branch}/exemption", data={**SPAN, **changes})
    assert page.status_code == 422
    assert said in page.text
    assert 'value="2026-12-31"' in page.text or changes.get("until")
    assert count(app, side, state="exempt") == 0


def test_a_secretary_and_the_own_units_officer_grant_nothing(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    plan(app, side)
    assert enter(side["secretary"]).get(f"/units/{side.branch}/exemption").status_code == 403
    assert enter(side["officer"]).get(f"/units/{side.middle}/exemption").status_code == 403
    assert enter(side["admin"]).get(f"/units/{side.middle}/exemption").status_code == 200


def test_the_list_asks_the_same_however_long_it_is(
    app: Flask, world: World, enter: Enter, count_queries: Any
) -> None:
    client, _key = granted(app, world.organ, enter)
    client.get("/exemptions?show=all")
    with count_queries() as queries:
        page = client.get("/exemptions?show=all").text
    assert re.search(r"/exemptions/\d+", page)
    assert len(queries) <= 9, queries
