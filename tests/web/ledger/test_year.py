"""A unit's year on one sheet, and the lists as Excel."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.duties.queries import unit_ledger
from tests.factories.workbooks import book_of
from tests.web.events.stage import FOUR, events, inside, item_id
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")


def test_the_year_stands_on_one_sheet_and_its_numbers_open_into_rows(
    app: Flask, planned: World, enter: Enter
) -> None:
    side = planned.organ
    client = enter(side["secretary"])
    with inside(app, side), transaction():
        db.session.execute(
            update(DueItem)
            .where(DueItem.unit_id == side.branch, DueItem.kind == "theme_day", DueItem.period == "2026-03")
            .values(state="exempt", reason="办公楼搬迁")
        )
    page = client.get(f"/ledger/{side.branch}").text
    grid = page[page.index('<table class="jc-year">') : page.index("</table>")]
    assert grid.count('class="w1') >= 36
    assert grid.count('colspan="3"') % 4 == 0
    assert "2026-01-15" in grid
    assert "01-15" in grid
    late = item_id(app, side, "theme_day", "2026-02")
    assert f'href="/duties/{late}/record"' in grid
    assert "办公楼搬迁" in grid
    assert "办公楼搬迁" in client.get(f"/ledger/{side.branch}?show=na").text
    attended = client.get(f"/ledger/{side.branch}?show=attendance").text
    record = events(app, side)[0]
    assert f"{record.present_count} / {record.due_count}" in attended
    assert "100%" in attended
    with inside(app, side):
        missing = len(unit_ledger(side.branch, 2026).signed("late", "back"))
    for shown, rows in (("fix", 1), ("held", 2), ("missing", missing), ("na", 1)):
        body = client.get(f"/ledger/{side.branch}?show={shown}").text
        chosen = body[body.index('aria-labelledby="chosen"') : body.index('class="card jc-kind"')]
        assert chosen.count("<tr") - 1 == rows, shown
        assert f"<b>{rows}</b>" in body, shown


def test_the_units_year_leaves_as_excel(app: Flask, planned: World, enter: Enter) -> None:
    side = planned.organ
    client = enter(side["secretary"])
    answer = client.post(f"/exports/ledger/unit?unit_id={side.branch}&year=2026")
    book = book_of(answer)
    assert len(book.rows) == 47
    assert book.column("标题").count(FOUR["theme"]) == 2
    assert enter(side["officer"]).post(f"/exports/ledger/unit?unit_id={side.other_branch}").status_code == 403
    # Where none is named it is the own one.
    assert len(book_of(client.post("/exports/ledger/unit?year=2026")).rows) == 47


def test_the_filters_of_the_matrix_are_those_of_its_excel(planned: World, enter: Enter) -> None:
    side = planned.organ
    admin = enter(side["admin"])
    whole_book = book_of(admin.post("/exports/ledger/matrix?year=2026"))
    assert len(whole_book.rows) == 2
    made_up = book_of(admin.post("/exports/ledger/matrix?year=2026&state=fix&sector=organ"))
    assert made_up.column("单位") == [name for name in whole_book.column("单位") if "other" not in str(name)]
    assert (made_up.about["格子状态"], made_up.about["领域"]) == ("逾期后补记", "机关")
