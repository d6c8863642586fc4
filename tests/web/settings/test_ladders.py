"""Settings → Ladders and Work days: what holds, in words; what is wrong changes nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.db import db
from shared.reminders.queries.ladder import Steps, ladder
from shared.tenancy import tenant
from shared.workdays.queries import calendar
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]

STEPS = {"kind": "theme_day", "coming": "3", "overdue": "2", "superior": "5", "leader": "9"}


def steps(app: Flask, side: Side, kind: str) -> Steps:
    with app.app_context(), tenant(side.tenant_id):
        found = ladder().of(kind)
        db.session.remove()
    return found


def test_a_kind_gets_steps_of_its_own_and_loses_them(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    client = enter(world.organ["admin"])
    common = Steps(7, 1, 7, 30)
    assert steps(app, world.organ, "theme_day") == common
    assert client.post("/settings/ladders", data=STEPS).status_code == 303
    assert client.post("/settings/ladders", data={**STEPS, "superior": ""}).status_code == 303
    assert steps(app, world.organ, "theme_day") == Steps(3, 2, None, 9)
    assert steps(app, world.organ, "branch_congress") == common
    assert steps(app, world.union, "theme_day") == common
    page = client.get("/settings/ladders?kind=theme_day").text
    assert "逾期 9 天报上级领导" in page
    assert 'value="3"' in page
    for _again in range(2):
        assert client.post("/settings/ladders/drop", data={"kind": "theme_day"}).status_code == 303
    assert steps(app, world.organ, "theme_day") == common
    verbs = "select verb, count(*) from audit_entry where verb like 'ladder.%' group by 1 order by 1"
    assert [tuple(row) for row in rows(world.organ, verbs)] == [("ladder.drop", 1), ("ladder.put", 2)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"kind": "election"},
        {"kind": "<b>"},
        {"coming": "-1"},
        {"coming": "366"},
        {"overdue": ""},
        {"overdue": "0"},
        {"superior": "2"},
        {"leader": "5"},
        {"superior": "", "leader": "2"},
        {"leader": "９"},
        {"leader": "99999999999999999999"},
    ],
)
def test_steps_out_of_order_or_bounds_are_refused_beside_the_field(
    app: Flask, world: World, enter: Enter, wrong: dict[str, str]
) -> None:
    answer = enter(world.organ["admin"]).post("/settings/ladders", data={**STEPS, **wrong})
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert steps(app, world.organ, "theme_day") == Steps(7, 1, 7, 30)


def test_a_day_is_corrected_and_the_calendar_holds_again(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    page = client.get("/settings/work-days?year=2026").text
    assert "2026-10-01" in page
    assert "2026-10-10" in page
    given = {"on_date": "2026-11-25", "worked": "no", "remark": "停电放假<b>"}
    assert client.post("/settings/work-days", data=given).status_code == 303
    assert client.post("/settings/work-days", data=given).status_code == 303
    page = client.get("/settings/work-days?year=2026").text
    assert page.count("停电放假&lt;b&gt;") == 1
    assert "停电放假" not in enter(world.union["admin"]).get("/settings/work-days?year=2026").text
    with app.app_context(), tenant(world.organ.tenant_id):
        assert not calendar().is_workday(date(2026, 11, 25))
        db.session.remove()
    assert client.post("/settings/work-days/drop", data={"on_date": "2026-11-25"}).status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        assert calendar().is_workday(date(2026, 11, 25))
        db.session.remove()


def test_a_year_not_published_says_that_it_is_provisional(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    assert "暂定" in client.get("/settings/work-days?year=2045").text
    assert "暂定" not in client.get("/settings/work-days?year=2026").text
    for odd in ("0", "9999", "20<6", "-100", "２０２６"):
        assert client.get("/settings/work-days", query_string={"year": odd}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"on_date": ""},
        {"on_date": "2026-02-30"},
        {"on_date": "0001-01-01"},
        {"on_date": "9999-12-31"},
        {"worked": "maybe"},
        {"remark": "长" * 101},
    ],
)
def test_what_is_no_day_is_refused(world: World, enter: Enter, rows: Rows, wrong: dict[str, str]) -> None:
    given = {"on_date": "2026-11-25", "worked": "no", "remark": ""}
    answer = enter(world.organ["admin"]).post("/settings/work-days", data={**given, **wrong})
    assert answer.status_code == 422
    assert rows(world.organ, "select 1 from workday") == []


@pytest.mark.parametrize("who", ["officer", "secretary", "auditor", "member"])
def test_only_the_administrator(world: World, enter: Enter, who: str) -> None:
    client = enter(world.organ[who])
    assert client.get("/settings/ladders").status_code == 403
    assert client.post("/settings/ladders", data=STEPS).status_code == 403
    assert client.post("/settings/work-days", data={"on_date": "2026-11-25"}).status_code == 403
