"""A person chooses which topics come by which channels, within what the tenant has on."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from services.worker.messages import COMPOSERS
from shared.messages.topics import KINDS, TOPICS
from tests.web.reminders.test_proof import change, told
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]

PAGE = "/notices/choices"
DECLINED = "select topic, channel, wanted from preference where person_id = :p order by 1, 2"
FREE = {f"{key}:email" for key, topic in TOPICS.items() if topic.may_opt_out}


def boxes(client: FlaskClient) -> dict[str, bool]:
    """What can be ticked, and whether it is."""
    page = client.get(PAGE).get_data(as_text=True)
    return {
        found[1]: "checked" in found[0]
        for found in re.finditer(r'<input type="checkbox" name="wanted" value="([^"]+)"[^>]*>', page)
    }


def delivered(rows: Rows, side: Side, occasion_id: int) -> set[tuple[str, str, str | None]]:
    found = rows(side, "select channel, state, reason from delivery where occasion_id = :o", o=occasion_id)
    return {(row[0], row[1], row[2]) for row in found}


def test_every_kind_of_message_has_a_name_and_every_name_a_composer() -> None:
    assert set(KINDS) == set(COMPOSERS)


def test_what_may_be_declined_is_offered_and_the_rest_is_not(world: World, enter: Enter) -> None:
    client = enter(world.organ["member"])
    assert boxes(client) == dict.fromkeys(FREE, True)
    page = client.get(PAGE).get_data(as_text=True)
    # Due items and the like come always; in the product every topic does, which needs no column.
    assert page.count("邮件 必发") == len(TOPICS) - len(FREE)
    assert ">站内信<" not in page
    assert 'aria-current="page">消息设置' in page


def test_a_declined_topic_is_written_down_as_such_and_stands_in_the_product(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side, me = world.organ, world.organ["member"]
    client = enter(me)
    answer = client.post(PAGE, data={"wanted": sorted(FREE - {"dues:email"})})
    assert answer.status_code == 303
    assert rows(side, DECLINED, p=me.person_id) == [("dues", "email", False)]
    assert boxes(client)["dues:email"] is False
    first = told(app, side, "dues", "dues:1", me, side["keeper"])
    assert delivered(rows, side, first) == {
        ("in_app", "pending", None),
        ("email", "suppressed", "opted_out"),
        ("email", "pending", None),
    }
    said = enter(side["officer"]).get(f"/reminders/messages?occasion={first}&outcome=spared")
    assert "本人已选择此类消息不经该渠道接收" in said.get_data(as_text=True)
    # Wanted again: it holds for what comes after.
    client.post(PAGE, data={"wanted": sorted(FREE)})
    assert rows(side, DECLINED, p=me.person_id) == [("dues", "email", True)]
    second = told(app, side, "dues", "dues:2", me)
    assert delivered(rows, side, second) == {("in_app", "pending", None), ("email", "pending", None)}
    assert ("email", "suppressed", "opted_out") in delivered(rows, side, first)


def test_the_same_again_changes_and_notes_nothing(world: World, enter: Enter, rows: Rows) -> None:
    side, me = world.organ, world.organ["member"]
    client = enter(me)
    noted = "select object_type, object_id, detail from audit_entry where verb = 'message.choose'"
    for _time in range(3):
        assert client.post(PAGE, data={"wanted": ["meetings:email"]}).status_code == 303
    count = len(FREE) - 1
    assert rows(side, noted) == [("person", me.person_id, {"count": count})]
    assert len(rows(side, DECLINED, p=me.person_id)) == count
    assert "没有改动" in client.get(PAGE).get_data(as_text=True)


def test_nobody_declines_what_must_come_or_what_is_not_used(world: World, enter: Enter, rows: Rows) -> None:
    side, me = world.organ, world.organ["member"]
    hostile = [
        "duties:email",
        "duties:in_app",
        "people:sms",
        "x:y",
        "",
        ":",
        "a" * 10_000,
        "dues:email:x",
        "秘:email",
    ]
    assert enter(me).post(PAGE, data={"wanted": hostile}).status_code == 303
    found = rows(side, DECLINED, p=me.person_id)
    assert {f"{topic}:{channel}" for topic, channel, _wanted in found} == FREE
    assert rows(side, "select count(*) from preference where person_id <> :p", p=me.person_id) == [(0,)]


def test_a_channel_that_is_off_is_not_there_and_keeps_what_was_chosen(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side, me = world.organ, world.organ["member"]
    client = enter(me)
    client.post(PAGE, data={"wanted": sorted(FREE - {"dues:email"})})
    change(app, side, "insert into channel_setting (channel, enabled) values ('email', false)")
    assert boxes(client) == {}
    assert "所在组织只发站内信。" in client.get(PAGE).get_data(as_text=True)
    assert 'class="btn btn-primary">' not in client.get(PAGE).get_data(as_text=True).split("<main")[1]
    assert client.post(PAGE, data={}).status_code == 303
    change(app, side, "update channel_setting set enabled = true")
    assert boxes(client) == dict.fromkeys(FREE, True) | {"dues:email": False}
    assert rows(side, DECLINED, p=me.person_id) == [("dues", "email", False)]


def test_a_channel_used_for_some_topics_is_offered_for_these(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    change(
        app,
        side,
        "insert into channel_setting (channel, enabled, options)"
        ' values (\'sms\', true, \'{"topics": ["dues", "duties"]}\')',
    )
    client = enter(side["member"])
    assert {key for key in boxes(client) if key.endswith(":sms")} == {"dues:sms"}
    page = client.get(PAGE).get_data(as_text=True)
    assert "短信" in page
    assert "未启用" in page
    # No telephone number is known.
    assert "收不到：" in page


def test_choices_are_the_own_alone(world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    enter(side["member"]).post(PAGE, data={"wanted": []})
    assert boxes(enter(side["keeper"])) == dict.fromkeys(FREE, True)
    assert boxes(enter(world.union["member"])) == dict.fromkeys(FREE, True)
    assert rows(world.union, "select count(*) from preference") == [(0,)]
