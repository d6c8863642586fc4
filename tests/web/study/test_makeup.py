"""Making up for a meeting: the absent of a record, several in one press, what the person says, and corrections."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.people import people
from tests.web.events.stage import NOON, fields, item_id, plan, theme_day
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
SAID = {"on": "2026-11-20", "way": "reading", "remark": "读了材料"}
MADE = "select made_up_on, made_up_how, made_up_by from attendance where person_id = :id"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def held(app: Flask, world: World, enter: Enter, rows: Rows, *away: int) -> tuple[FlaskClient, int]:
    """October's theme day, held on the 30th, with some absent; the secretary's browser and the event."""
    plan(app, world.organ)
    key = item_id(app, world.organ, "theme_day", "2026-10")
    client = enter(world.organ["secretary"])
    absences = {"absent": [str(one) for one in away], **{f"reason-{one}": "duty" for one in away}}
    assert theme_day(client, key, held_on="2026-10-30", **absences).status_code == 303
    [(event_id,)] = rows(world.organ, "select id from event")
    return client, event_id


def lines(rows: Rows, world: World) -> dict[int, int]:
    """person → attendance row of the absent."""
    return {
        person: key
        for key, person in rows(world.organ, "select id, person_id from attendance where not present")
    }


def test_the_absent_are_listed_and_several_are_noted_in_one_press(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    member, leader = world.organ["member"].person_id or 0, world.organ["leader"].person_id or 0
    client, event_id = held(app, world, enter, rows, member, leader)
    page = client.get("/study").text
    assert page.count('name="line"') == 2
    assert "缺席 2 人" in client.get(f"/events/{event_id}").text
    keys = list(lines(rows, world).values())
    answer = client.post("/study/make-up", data={**SAID, "line": keys})
    assert answer.status_code == 303
    assert rows(world.organ, MADE, id=member) == [
        (date(2026, 11, 20), "reading 读了材料", world.organ["secretary"].person_id)
    ]
    assert "没有待补课的" in client.get("/study").text
    assert "自学材料 读了材料" in client.get(f"/study/events/{event_id}").text
    # Once more: nothing waits, nothing is written over.
    assert client.post("/study/make-up", data={**SAID, "on": "2026-11-19", "line": keys}).status_code == 409
    assert rows(world.organ, MADE, id=leader)[0][0] == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"on": "2026-11-21"}, "这一天还没到"),
        ({"on": "2026-10-29"}, "早于 2026-10-30"),
        ({"on": ""}, "填写"),
        ({"on": "2026-02-30"}, "2026-02-30"),
        ({"way": "prayer"}, "选择补课方式"),
        ({"way": "other", "remark": ""}, "写明是什么方式"),
        ({"remark": "机密★ 一份"}, "密"),
        ({"line": []}, "至少勾选一行"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(
    wrong: dict[str, Any], said: str, app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    member = world.organ["member"].person_id or 0
    client, event_id = held(app, world, enter, rows, member)
    sent = {**SAID, "line": list(lines(rows, world).values()), **wrong}
    for address in ("/study/make-up", f"/study/events/{event_id}/made-up"):
        answer = client.post(address, data=sent)
        assert answer.status_code == 422
        assert said in answer.text
        if "remark" not in wrong:
            assert "读了材料" in answer.text
    assert rows(world.organ, MADE, id=member) == [(None, None, None)]


def test_the_person_says_so_and_the_organiser_confirms(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    member = world.organ["member"]
    client, _event_id = held(app, world, enter, rows, member.person_id or 0)
    line = lines(rows, world)[member.person_id or 0]
    own = enter(member)
    assert "我已补课" in own.get("/study/mine").text
    assert "待补课" in own.get("/me").text
    assert own.post("/study/mine/made-up", data={**SAID, "line": line}).status_code == 303
    assert "已告知" in own.get("/study/mine").text
    # Said, not yet noted: it still waits, on top of its own list.
    assert rows(world.organ, MADE, id=member.person_id) == [(None, None, None)]
    assert "本人称 2026-11-20 已补" in client.get("/study?show=asked").text
    assert client.post("/study/make-up", data={**SAID, "line": [line]}).status_code == 303
    assert own.post("/study/mine/made-up", data={**SAID, "line": line}).status_code == 409
    # Another's absence is not mine to speak of, and a neighbour's is not there.
    assert (
        enter(world.organ["keeper"]).post("/study/mine/made-up", data={**SAID, "line": line}).status_code
        == 403
    )
    assert (
        enter(world.union["member"]).post("/study/mine/made-up", data={**SAID, "line": line}).status_code
        == 403
    )


def test_nobody_notes_what_lies_outside_the_reach(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    member = world.organ["member"].person_id or 0
    _client, event_id = held(app, world, enter, rows, member)
    line = list(lines(rows, world).values())
    colleague = world.organ.colleague
    assert colleague is not None
    for cast, status in ((colleague, 409), (world.union["secretary"], 409), (world.organ["leader"], 403)):
        assert enter(cast).post("/study/make-up", data={**SAID, "line": line}).status_code == status
        assert enter(cast).post(
            f"/study/events/{event_id}/made-up", data={**SAID, "line": line}
        ).status_code in (
            403,
            404,
        )
    assert "member of bureau" not in enter(colleague).get("/study").text
    assert rows(world.organ, MADE, id=member) == [(None, None, None)]


def test_a_correction_keeps_what_was_made_up_for_and_presence_ends_it(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    member, leader = world.organ["member"].person_id or 0, world.organ["leader"].person_id or 0
    client, event_id = held(app, world, enter, rows, member, leader)
    client.post("/study/make-up", data={**SAID, "line": list(lines(rows, world).values())})
    form = client.get(f"/events/{event_id}/correct").text
    sent = {**fields(form), "reason": "补点一人", "absent": [str(member)]}
    assert client.post(f"/events/{event_id}/correct", data=sent).status_code == 303
    assert rows(world.organ, MADE, id=member)[0][0] == date(2026, 11, 20)
    assert rows(world.organ, MADE, id=leader) == [(None, None, None)]
    # A confirmation that was a slip is taken back.
    line = lines(rows, world)[member]
    assert client.post(f"/study/events/{event_id}/made-up/back", data={"line": line}).status_code == 303
    assert rows(world.organ, MADE, id=member) == [(None, None, None)]
    assert client.post(f"/study/events/{event_id}/made-up/back", data={"line": line}).status_code == 409


def test_the_list_pages_by_its_keys_and_asks_the_same_queries_however_long(
    app: Flask, world: World, enter: Enter, rows: Rows, count_queries: Callable[..., Any], change: Any
) -> None:
    people(app, world.organ, [f"补课人{n:03d}" for n in range(130)])
    client, event_id = held(app, world, enter, rows, world.organ["member"].person_id or 0)
    with count_queries() as few:
        client.get("/study")
    change(
        world.organ,
        "update attendance set present = false, reason = 'duty' where event_id = :id",
        id=event_id,
    )
    with count_queries() as many:
        first = client.get("/study").text
    assert len(many) == len(few)
    assert first.count('name="line"') == 100
    further = first.split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    second = client.get(further).text
    assert second.count('name="line"') == 38
    assert len(set(_keys(first)) | set(_keys(second))) == 138


def _keys(page: str) -> list[str]:
    return [part.split('"', 1)[0] for part in page.split('name="line" value="')[1:]]


def test_the_roll_of_the_day_tells_what_was_changed_later(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Any
) -> None:
    member = world.organ["member"].person_id or 0
    client, event_id = held(app, world, enter, rows, member)
    page = client.get(f"/study/events/{event_id}").text
    assert "记录与当天应到名单一致" in page
    # Two changes entered later for days before: one left the unit, another had come.
    change(world.organ, "update membership set until = '2026-09-30' where person_id = :id", id=member)
    people(app, world.organ, ["补登记的人"])
    page = client.get(f"/study/events/{event_id}").text
    added = page.split("当天在册，记录中没有", 1)[1].split("</dd>", 1)[0]
    gone = page.split("记录中有，当天不在册", 1)[1].split("</dd>", 1)[0]
    assert "补登记的人" in added
    assert "member of bureau" in gone
    # The record itself stands as it was filed.
    assert rows(world.organ, "select due_count from event") == [(8,)]
    assert rows(world.organ, "select count(*) from attendance") == [(8,)]
