"""What is to be held: planned by the secretary, answered on the phone, and the record comes filled from it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.events.actions.series import day_in
from tests.web.events.stage import FOUR, NOON, events, fields, item, item_id, plan
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def planned(client: FlaskClient, unit_id: int, **changes: str) -> TestResponse:
    """Open the filled form, change something, send it."""
    address = f"/meetings/new?unit_id={unit_id}&kind={changes.pop('kind', 'theme_day')}"
    page = client.get(address)
    assert page.status_code == 200
    sent = fields(page.text.replace('id="meeting"', 'id="record"'))
    return client.post(address, data={**sent, "repeat": "once", **changes})


def test_the_form_comes_filled_and_everybody_on_the_roll_is_told(
    world: World, enter: Enter, rows: Rows, work: Callable[[int], None]
) -> None:
    secretary = enter(world.organ["secretary"])
    answer = planned(secretary, world.organ.branch, place="二楼会议室", agenda="学习新修订的条例")
    assert answer.status_code == 303
    found = rows(world.organ, "select on_date, starts_at::text, state, title from meeting")
    assert [tuple(row) for row in found] == [(date(2026, 11, 27), "15:00:00", "planned", "主题党日")]
    assert rows(world.organ, "select count(*) from invitation") == [(8,)]
    told = rows(
        world.organ,
        "select count(distinct d.person_id) from delivery d join occasion o on o.id = d.occasion_id"
        " where o.kind = 'meeting'",
    )
    # Everybody but the secretary who planned it.
    assert told == [(7,)]
    shown = secretary.get(answer.location).text
    assert "二楼会议室" in shown
    assert "未答复 8 人" in shown


def test_a_member_answers_with_one_tap_and_leave_needs_its_reason(
    world: World, enter: Enter, rows: Rows
) -> None:
    planned(enter(world.organ["secretary"]), world.organ.branch)
    member = enter(world.organ["member"])
    home = member.get("/").text
    address = re.search(r'action="(/meetings/\d+/answer)"', home)
    assert address is not None
    answer = address.group(1)
    mine = "select answer, reason from invitation where person_id = :me"
    me = world.organ["member"].person_id
    assert member.post(answer, data={"answer": "come"}).status_code == 303
    assert rows(world.organ, mine, me=me) == [("come", None)]
    assert member.post(answer, data={"answer": "leave"}).status_code == 422
    assert member.post(answer, data={"answer": "leave", "reason": "whim"}).status_code == 422
    assert rows(world.organ, mine, me=me) == [("come", None)]
    assert member.post(answer, data={"answer": "leave", "reason": "sick"}).status_code == 303
    assert rows(world.organ, mine, me=me) == [("leave", "sick")]
    assert "病假" in member.get("/").text
    page = member.get(answer.replace("/answer", "/invitation")).text
    other = rows(world.organ, "select name from person where id = :id", id=world.organ["secretary"].person_id)
    assert "应到" not in page or other[0][0] not in page.split("应到", 1)[1]


def test_the_record_comes_filled_from_the_meeting_and_closes_it(
    app: Flask, world: World, enter: Enter, rows: Rows, noon: Any
) -> None:
    plan(app, world.organ)
    key = item_id(app, world.organ, "theme_day", "2026-11")
    secretary = enter(world.organ["secretary"])
    planned(secretary, world.organ.branch, on_date="2026-11-24", place="党员活动室", title="走进社区")
    member = enter(world.organ["member"])
    answer = re.search(r'action="(/meetings/\d+/answer)"', member.get("/").text)
    assert answer is not None
    member.post(answer.group(1), data={"answer": "leave", "reason": "duty"})
    early = fields(secretary.get(f"/duties/{key}/record").text)
    assert not early.get("meeting_id")

    noon.move_to("2026-11-25T04:00:00Z")
    secretary = enter(world.organ["secretary"])
    page = secretary.get(f"/duties/{key}/record")
    sent = fields(page.text)
    assert (sent["held_on"], sent["place"], sent["theme"]) == ("2026-11-24", "党员活动室", "走进社区")
    away = world.organ["member"].person_id
    assert (sent["absent"], sent[f"reason-{away}"]) == (str(away), "duty")
    done = secretary.post(f"/duties/{key}/record", data={**sent, **FOUR, "theme": sent["theme"]})
    assert done.status_code == 303
    event = events(app, world.organ)[0]
    assert (event.due_count, event.present_count) == (8, 7)
    assert item(app, world.organ, key).state == "done"
    assert rows(world.organ, "select state, event_id from meeting") == [("held", event.id)]
    late = enter(world.organ["member"]).post(answer.group(1), data={"answer": "come"})
    assert late.status_code == 409


def test_what_cannot_be_is_refused_at_its_field(world: World, enter: Enter, rows: Rows) -> None:
    secretary = enter(world.organ["secretary"])
    stranger = world.union["member"].person_id
    for wrong in (
        {"on_date": "2026-11-19"},
        {"on_date": "2029-01-01"},
        {"on_date": "2026-02-30"},
        {"starts_at": "16:00", "ends_at": "15:00"},
        {"starts_at": ""},
        {"chair_id": str(stranger)},
        {"title": "机密★ 会议"},
        {"place": "x" * 300},
    ):
        assert planned(secretary, world.organ.branch, **wrong).status_code == 422, wrong
    assert rows(world.organ, "select count(*) from meeting") == [(0,)]


def test_a_change_and_a_cancellation_are_told_once_and_the_slower_of_two_is_told(
    world: World, enter: Enter, rows: Rows
) -> None:
    secretary = enter(world.organ["secretary"])
    address = planned(secretary, world.organ.branch).location
    sent = fields(secretary.get(f"{address}/change").text.replace('id="meeting"', 'id="record"'))
    assert secretary.post(f"{address}/change", data={**sent, "place": "一楼"}).status_code == 303
    assert secretary.post(f"{address}/change", data={**sent, "place": "三楼"}).status_code == 409
    assert secretary.post(f"{address}/cancel", data={"reason": "", "version": "2"}).status_code == 422
    assert secretary.post(f"{address}/cancel", data={"reason": "停电", "version": "2"}).status_code == 303
    assert secretary.post(f"{address}/cancel", data={"reason": "停电", "version": "3"}).status_code == 409
    kinds = rows(world.organ, "select detail->>'step' from occasion where kind = 'meeting' order by id")
    assert kinds == [("invited",), ("changed",), ("cancelled",)]
    assert "停电" in secretary.get(address).text


def test_a_fixed_day_makes_each_month_once_and_ends_with_its_meetings(
    app: Flask, world: World, enter: Enter, rows: Rows, noon: Any
) -> None:
    from services.worker.events import carry_meetings_on  # noqa: PLC0415 - the environment must stand first
    from tests.web.events.stage import inside  # noqa: PLC0415 - beside it

    secretary = enter(world.organ["secretary"])
    assert planned(secretary, world.organ.branch, repeat="monthly", day="31").status_code == 303
    days = "select on_date::text from meeting where state = 'planned' order by on_date"
    assert rows(world.organ, days) == [("2026-11-30",), ("2026-12-31",), ("2027-01-31",)]
    told = "select count(*) from occasion where kind = 'meeting'"
    assert rows(world.organ, told) == [(1,)], "only the near one is told"
    with inside(app, world.organ):
        carry_meetings_on()
    assert len(rows(world.organ, days)) == 3
    noon.move_to("2026-12-02T04:00:00Z")
    with inside(app, world.organ):
        carry_meetings_on()
        carry_meetings_on()
    assert rows(world.organ, days)[-1] == ("2027-02-28",)
    noon.move_to("2026-12-22T04:00:00Z")
    with inside(app, world.organ):
        carry_meetings_on()
        carry_meetings_on()
    assert rows(world.organ, told) == [(2,)]
    noon.move_to("2026-12-02T04:00:00Z")
    secretary = enter(world.organ["secretary"])
    series = rows(world.organ, "select id from meeting_series")[0][0]
    assert secretary.post(f"/meetings/series/{series}/stop").status_code == 303
    assert rows(world.organ, "select count(*) from meeting where state = 'planned'") == [(1,)]
    assert secretary.post(f"/meetings/series/{series}/stop").status_code == 409


def test_whoever_moved_to_another_branch_leaves_its_fixed_day_alone(
    world: World, enter: Enter, rows: Rows, change: Callable[..., None]
) -> None:
    planned(enter(world.organ["secretary"]), world.organ.branch, repeat="monthly", day="15")
    [(series,)] = rows(world.organ, "select id from meeting_series")
    change(
        world.organ,
        "update role_grant set unit_id = :unit where person_id = :id",
        unit=world.organ.other_branch,
        id=world.organ["secretary"].person_id,
    )
    assert enter(world.organ["secretary"]).post(f"/meetings/series/{series}/stop").status_code == 403
    assert rows(world.organ, "select count(*) from meeting_series where until is null") == [(1,)]


def test_the_same_form_twice_is_one_meeting(world: World, enter: Enter, rows: Rows) -> None:
    secretary = enter(world.organ["secretary"])
    for _time in range(2):
        assert planned(secretary, world.organ.branch, form_key="same").status_code == 303
    assert rows(world.organ, "select count(*) from meeting") == [(1,)]


def test_the_calendar_shows_a_reach_and_no_neighbour(
    world: World, enter: Enter, count_queries: Callable[..., Any]
) -> None:
    planned(enter(world.organ["secretary"]), world.organ.branch, title="本支部的活动")
    officer, stranger = enter(world.organ["officer"]), enter(world.union["officer"])
    with count_queries() as counted:
        assert "本支部的活动" in officer.get("/meetings?month=2026-11").text
    assert len(counted) <= 16
    assert "本支部的活动" not in stranger.get("/meetings?month=2026-11").text
    assert "本月没有安排" in officer.get("/meetings?month=2026-10").text
    assert officer.get("/meetings?month=nonsense&after=x_y").status_code == 200


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    assert [day_in(2027, 2, 30), day_in(2028, 2, 30), day_in(2026, 12, 31)] == [
        date(2027, 2, 28),
        date(2028, 2, 29),
        date(2026, 12, 31),
    ]


def test_the_choice_of_kinds_shows_fixed_days_and_what_is_planned(world: World, enter: Enter) -> None:
    secretary = enter(world.organ["secretary"])
    address = f"/meetings/new?unit_id={world.organ.branch}"
    assert secretary.get(address).status_code == 200
    planned(secretary, world.organ.branch, repeat="monthly", day="15")
    page = secretary.get(address).text
    assert "每月 15 日" in page
    assert "/meetings/series/" in page
