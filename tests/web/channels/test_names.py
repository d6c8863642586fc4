"""Names on WeCom and DingTalk: pasted, looked at, kept; and what each line does."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.gateways import Gateway
from tests.web.channels.test_setup import channels_of, send
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
ADDRESS = "/channels/wecom_app/names"


def name_of(rows: Rows, world: World, role: str) -> str:
    [(name,)] = rows(world.organ, "select name from person where id = :p", p=world.organ[role].person_id)
    return str(name)


def test_lines_are_looked_at_first_and_kept_by_a_second_press(
    world: World, enter: Enter, rows: Rows, give_phone: Callable[..., None]
) -> None:
    side = world.organ
    give_phone(side, side["secretary"], "13800002222")
    text = f"13800002222, wang.wu\n\n{name_of(rows, world, 'member')}\tli-si\nNobody At All，x1"
    client = enter(side["admin"])
    page = unescape(client.post(ADDRESS, data={"lines": text, "act": "look"}).get_data(as_text=True))
    assert name_of(rows, world, "secretary") in page
    assert "花名册里没有这个姓名或号码" in page
    assert "保留 2 行" in page
    assert rows(side, "select 1 from channel_address") == []
    for _twice in range(2):
        assert client.post(ADDRESS, data={"lines": text, "act": "keep"}).status_code == 303
    found = rows(side, "select person_id, channel, value from channel_address order by value")
    assert found == [
        (side["member"].person_id, "wecom_app", "li-si"),
        (side["secretary"].person_id, "wecom_app", "wang.wu"),
    ]
    kept = rows(side, "select detail from audit_entry where verb = 'channel.names'")
    assert kept == [({"channel": "wecom_app", "kept": 2, "gone": 0},)]
    client.post(ADDRESS, data={"lines": "13800002222, ", "act": "keep"})
    assert rows(side, "select value from channel_address") == [("li-si",)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{member}, @all", "不是对方系统的账号"),
        ("{member}, a|b", "不是对方系统的账号"),
        ("{member}, a b", "不是对方系统的账号"),
        ("{member}", "缺少对方系统的账号"),
        ("{member}, x1\n{member}, x2", "上面一行已有此人"),
        ("{member}, x1\n{keeper}, X1", "已有别人使用这个账号"),
        ("{doubled}, x1", "2 人同名"),
    ],
)
def test_each_wrong_line_says_why(
    world: World, enter: Enter, rows: Rows, change: Callable[..., None], line: str, said: str
) -> None:
    side = world.organ
    if "{doubled}" in line:
        change(
            side,
            "update person set name = 'Same Name' where id = any(:ids)",
            ids=[side["member"].person_id, side["keeper"].person_id],
        )
    text = line.format(
        member=name_of(rows, world, "member"), keeper=name_of(rows, world, "keeper"), doubled="Same Name"
    )
    response = enter(side["admin"]).post(ADDRESS, data={"lines": text, "act": "look"})
    assert said in unescape(response.get_data(as_text=True))


def test_too_many_lines_are_refused_and_a_robot_has_no_names(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    response = client.post(ADDRESS, data={"lines": "a, b\n" * 2001, "act": "look"})
    assert response.status_code == 422
    assert client.get("/channels/wecom_robot/names").status_code == 404
    assert client.get("/channels/email/names").status_code == 404


def test_the_neighbours_people_are_not_found(world: World, enter: Enter, rows: Rows) -> None:
    [(name,)] = rows(world.union, "select name from person where id = :p", p=world.union["member"].person_id)
    client = enter(world.organ["admin"])
    response = client.post(ADDRESS, data={"lines": f"{name}, x1", "act": "keep"})
    assert response.status_code == 303
    assert rows(world.organ, "select 1 from channel_address") == []
    assert rows(world.union, "select 1 from channel_address") == []


def test_a_message_reaches_a_persons_wecom(
    app: Flask,
    world: World,
    enter: Enter,
    gateway: Gateway,
    set_up: Callable[..., None],
    rows: Rows,
) -> None:
    side = world.organ
    set_up(side, "wecom_app", topics=("findings",), url=gateway.url, corp_id="w", agent_id="1", secret="s")
    gateway.always = (200, {"errcode": 0, "access_token": "t", "msgid": "m-9"}, {})
    client = enter(side["admin"])
    client.post(ADDRESS, data={"lines": f"{name_of(rows, world, 'admin')}, boss", "act": "keep"})
    assert channels_of(app, side, "finding") == {"in_app", "email", "wecom_app"}
    page = client.get("/channels/wecom_app").get_data(as_text=True)
    from tests.web.channels.test_setup import form_key  # noqa: PLC0415

    client.post("/channels/wecom_app/test", data={"form_key": form_key(page)})
    send(side)
    sent = [call.json["touser"] for call in gateway.calls if "message/send" in call.path]
    assert "boss" in sent
    assert ("sent", "m-9") in rows(side, "select state, reference from delivery where channel = 'wecom_app'")
