"""The three lists, the press that reminds exactly those, and what they cost."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from shared.db import db, transaction
from shared.duties.actions import plan_terms
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from tests.factories.terms import ends, inside, term_items
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
NOON = "2026-11-20T04:00:00Z"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def name(app: Flask, side: Side, key: int) -> str:
    with inside(app, side):
        return db.session.execute(select(Unit.name).where(Unit.id == key)).scalar_one()


def test_each_list_holds_its_units_and_the_late_one_is_first(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2024, 3, 1))
    ends(app, side, side.other_branch, date(2027, 2, 1))
    ends(app, side, side.middle, None)
    admin = enter(side["admin"])
    names = {key: name(app, side, key) for key in (side.branch, side.other_branch, side.middle)}
    for show, holds in (("", side.branch), ("coming", side.other_branch), ("missing", side.middle)):
        rows = admin.get(f"/terms?show={show}").text.split("<tbody>")[1].split("</tbody>")[0]
        assert [key for key, one in names.items() if f">{one}</a>" in rows] == [holds], show
    # An officer sees what lies in reach, a stranger next door nothing of it.
    assert names[side.other_branch] not in enter(side["officer"]).get("/terms?show=coming").text
    assert names[side.branch] not in enter(world.union["admin"]).get("/terms").text


def test_one_press_reminds_exactly_those_of_the_list(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2024, 3, 1))
    ends(app, side, side.other_branch, date(2027, 2, 1))
    admin = enter(side["admin"])
    page = admin.get("/terms").text
    assert "提醒 1 个单位" in page
    fields = {
        "year": "0",
        "view": "missing",
        "kinds": "term_election",
        "form_key": "p",
        "next": "/terms?show=overdue",
    }
    for field, value in fields.items():
        assert field == "form_key" or f'name="{field}" value="{value}"' in page, field
    assert admin.post("/reminders/press", data=fields).status_code == 303
    with inside(app, side):
        reminded = set(db.session.scalars(select(Reminder.due_item_id)))
    assert reminded == {term_items(app, side, side.branch)[0].id}
    # The coming ones are another press.
    coming = {**fields, "view": "all", "due_from": "2026-11-20", "form_key": "q"}
    assert 'name="due_from" value="2026-11-20"' in admin.get("/terms?show=coming").text
    assert admin.post("/reminders/press", data=coming).status_code == 303
    with inside(app, side):
        reminded = set(db.session.scalars(select(Reminder.due_item_id)))
    assert reminded == {term_items(app, side, key)[0].id for key in (side.branch, side.other_branch)}


def many(app: Flask, side: Side, count: int) -> None:
    with inside(app, side), transaction():
        parent = db.session.execute(select(Unit).where(Unit.id == side.middle)).scalar_one()
        keys = db.session.scalars(
            insert(Unit).returning(Unit.id),
            [
                {
                    "parent_id": parent.id,
                    "path": f"{parent.path}x{number:06d}.",
                    "line": "party",
                    "kind": "party_branch",
                    "name": f"第{number}支部",
                    "term_ends_on": date(2026, 1 + number % 10, 1),
                    "duties_since": date(2026, 1, 1),
                }
                for number in range(count)
            ],
        ).all()
        db.session.execute(update(Unit).where(Unit.id.in_(keys)).values(sector="organ"))
        plan_terms()


def test_the_pages_cost_the_same_however_many_units(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 3, 1))
    client = enter(side["officer"])
    client.get("/terms")
    with count_queries() as few:
        client.get("/terms")
    many(app, side, 120)
    with count_queries() as lot:
        first = client.get("/terms").text
    assert len(lot) == len(few) <= 20
    with count_queries() as one:
        client.get(f"/terms/units/{side.branch}")
    assert len(one) <= 16
    # Every row once, page by page.
    seen: list[str] = []
    page = first
    while True:
        body = page.split("<tbody>")[1].split("</tbody>")[0]
        seen += [part.split("<")[0] for part in body.split('">')[1:] if part.startswith("第")]
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        page = client.get(address).text
    assert len(seen) == len(set(seen)) == 120


def test_the_unit_page_says_what_the_rule_says(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    ends(app, side, side.branch, date(2026, 10, 31))
    page = enter(side["admin"]).get(f"/organisations/{side.branch}").text
    assert "届满已 20 天，未记录换届选举" in page
    assert "支部工作条例" in page
