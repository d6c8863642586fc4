"""The superior's check: accepted, or returned with a remark and counted as not held until it is mended."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.web.events.stage import FOUR, NOON, events, fields, item, item_id, plan, theme_day
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def key(app: Flask, world: World) -> int:
    plan(app, world.organ)
    return item_id(app, world.organ, "theme_day", "2026-11")


def filed(world: World, enter: Enter, key: int) -> str:
    answer = theme_day(enter(world.organ["secretary"]), key)
    assert answer.status_code == 303
    return answer.location


def test_a_returned_record_counts_as_not_held_until_it_is_mended(
    app: Flask, world: World, enter: Enter, key: int, rows: Rows
) -> None:
    address = filed(world, enter, key)
    officer = enter(world.organ["officer"])
    assert FOUR["theme"] in officer.get("/reviews").text
    assert officer.post(f"{address}/return", data={"version": "1", "remark": " "}).status_code == 422
    answer = officer.post(f"{address}/return", data={"version": "1", "remark": "缺少讨论情况"})
    assert answer.status_code == 303
    open_again = item(app, world.organ, key)
    assert (open_again.state, open_again.event_id, open_again.reason) == ("open", None, "returned")
    told = rows(
        world.organ,
        "select distinct d.person_id from delivery d join occasion o on o.id = d.occasion_id"
        " where o.kind = 'review'",
    )
    assert (world.organ["secretary"].person_id,) in [tuple(row) for row in told]
    assert "缺少讨论情况" in officer.get("/reviews?state=returned").text

    secretary = enter(world.organ["secretary"])
    to_mend = secretary.get(f"/duties/{key}/record")
    assert to_mend.status_code == 303
    assert to_mend.location.endswith("/correct")
    page = secretary.get(to_mend.location)
    assert "缺少讨论情况" in page.text
    sent = fields(page.text)
    assert secretary.post(to_mend.location, data={**sent, "reason": "补充讨论"}).status_code == 303
    assert item(app, world.organ, key).state == "open", "nothing was mended"
    mended = {**sent, "discussion": "三宗地块，逐宗明确责任人", "reason": "按意见补充"}
    assert secretary.post(to_mend.location, data=mended).status_code == 303
    done = item(app, world.organ, key)
    assert (done.state, done.returned_event_id, done.reason) == ("done", None, None)
    assert events(app, world.organ)[0].review is None
    officer = enter(world.organ["officer"])
    assert officer.post(f"{address}/accept", data={"version": "2"}).status_code == 303
    assert events(app, world.organ)[0].review == "accepted"


def test_nobody_checks_their_own_and_a_stranger_sees_nothing(
    world: World, enter: Enter, key: int, app: Flask
) -> None:
    officer = enter(world.organ["officer"])
    address = theme_day(officer, key).location
    assert officer.post(f"{address}/accept", data={"version": "1"}).status_code == 403
    assert "本人提交" in officer.get("/reviews").text
    leader = enter(world.organ["leader"])
    assert leader.post(f"{address}/accept", data={"version": "1"}).status_code == 303
    union = enter(world.union["officer"])
    assert FOUR["theme"] not in union.get("/reviews?state=accepted").text
    assert union.post(f"{address}/return", data={"version": "1", "remark": "x"}).status_code == 404


def test_a_record_corrected_meanwhile_is_not_accepted_blindly(
    world: World, enter: Enter, key: int, app: Flask
) -> None:
    address = filed(world, enter, key)
    secretary = enter(world.organ["secretary"])
    sent = fields(secretary.get(f"{address}/correct").text)
    secretary.post(f"{address}/correct", data={**sent, "place": "三楼", "reason": "地点有误"})
    officer = enter(world.organ["officer"])
    assert officer.post(f"{address}/accept", data={"version": "1"}).status_code == 409
    event = events(app, world.organ)[0]
    many = officer.post("/reviews/accept", data={"record": [f"{event.id}.1"]}, follow_redirects=True)
    assert "已通过 0 条记录" in many.text
    assert events(app, world.organ)[0].review is None
    again = officer.post("/reviews/accept", data={"record": [f"{event.id}.2"]}, follow_redirects=True)
    assert "已通过 1 条记录" in again.text


def test_a_returned_record_can_be_voided_and_another_filed(
    world: World, enter: Enter, key: int, app: Flask
) -> None:
    address = filed(world, enter, key)
    officer = enter(world.organ["officer"])
    officer.post(f"{address}/return", data={"version": "1", "remark": "不是主题党日"})
    secretary = enter(world.organ["secretary"])
    assert secretary.post(f"{address}/void", data={"reason": "记错", "version": "1"}).status_code == 303
    free = item(app, world.organ, key)
    assert (free.state, free.returned_event_id) == ("open", None)
    assert theme_day(enter(world.organ["secretary"]), key).status_code == 303
    assert item(app, world.organ, key).state == "done"
    assert officer.post(f"{address}/return", data={"version": "2", "remark": "x"}).status_code == 409


def test_the_list_costs_the_same_however_many_records(
    world: World, enter: Enter, key: int, count_queries: Callable[..., Any], change: Callable[..., None]
) -> None:
    filed(world, enter, key)
    officer = enter(world.organ["officer"])
    with count_queries() as few:
        assert officer.get("/reviews").status_code == 200
    change(
        world.organ,
        "insert into event (unit_id, kind, title, held_on, form_key, filed_at)"
        " select unit_id, kind, title || n, held_on, 'k' || n, filed_at + n * interval '1 minute'"
        " from event cross join generate_series(1, 120) n",
    )
    with count_queries() as many:
        page = officer.get("/reviews").text
    assert len(many) == len(few)
    assert "121" in page
    assert "after=" in page
