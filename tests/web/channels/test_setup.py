"""Channels from the page to the gateway: set up, tried out, switched on, used for what was ticked."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.access.actor import SYSTEM
from shared.accounts.actions.telling import tell
from shared.clock import now
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.gateways import Gateway
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def send(side: Side) -> None:
    from services.worker.messages import send as task  # noqa: PLC0415 - the environment must stand first

    task(tenant_id=side.tenant_id)


def sms_form(gateway: Gateway, **more: Any) -> dict[str, Any]:
    return {
        "option_url": f"{gateway.url}/send",
        "option_key": "organ",
        "option_secret": "very secret word",
        "option_template": "SMS_1",
        "per_minute": "100",
    } | more


def form_key(page: str) -> str:
    found = re.search(r'name="form_key" value="([0-9a-z]+)"', page)
    assert found, page
    return found[1]


def words(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def test_an_sms_gateway_is_set_up_tried_out_and_switched_on(
    app: Flask,
    world: World,
    enter: Enter,
    gateway: Gateway,
    give_phone: Callable[..., None],
    rows: Rows,
) -> None:
    side = world.organ
    give_phone(side, side["admin"], "13800001111")
    client = enter(side["admin"])
    assert "未设置" in words(client, "/channels/sms")
    assert client.post("/channels/sms", data=sms_form(gateway, topics=["findings"])).status_code == 303
    page = words(client, "/channels/sms")
    assert "very secret word" not in page
    assert gateway.url in page
    key = form_key(page)
    for _twice in range(2):
        assert client.post("/channels/sms/test", data={"form_key": key}).status_code == 303
    send(side)
    [call] = gateway.calls
    assert call.json["to"] == "13800001111"
    assert call.json["params"]["sign"] == ""
    assert "已到达对方" in words(client, "/channels/sms")
    # Off until somebody switches it on: nothing but the trial goes that way.
    assert channels_of(app, side, "finding") == {"in_app", "email"}
    assert client.post("/channels/sms/switch", data={"enabled": "1"}).status_code == 303
    assert channels_of(app, side, "finding") == {"in_app", "email", "sms"}
    assert channels_of(app, side, "dues") == {"in_app", "email"}
    assert client.post("/channels/sms/switch", data={"enabled": "0"}).status_code == 303
    assert channels_of(app, side, "finding") == {"in_app", "email"}
    told = rows(side, "select verb, detail::text from audit_entry where object_type = 'channel' order by id")
    assert [verb for verb, _detail in told] == ["channel.save", "channel.try", "channel.on", "channel.off"]
    assert "secret word" not in str(told)


def channels_of(app: Flask, side: Side, kind: str) -> set[str]:
    """By which ways a message of this kind to the admin is planned."""
    key = f"{kind}:{now().timestamp()}"
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            tell(SYSTEM, kind=kind, key=key, detail={}, person_ids=[side["admin"].person_id])
        db.session.remove()
        found = db.session.execute(
            db.text(
                "select channel from delivery d join occasion o on o.id = d.occasion_id where o.key = :k"
            ),
            {"k": key},
        ).scalars()
        channels = set(found)
        db.session.remove()
    return channels


def test_what_a_failed_trial_says_stands_on_the_page_in_words(
    world: World, enter: Enter, gateway: Gateway, give_phone: Callable[..., None], rows: Rows
) -> None:
    side = world.organ
    give_phone(side, side["admin"], "13800001111")
    client = enter(side["admin"])
    client.post("/channels/sms", data=sms_form(gateway))
    gateway.always = (401, {}, {})
    client.post("/channels/sms/test", data={"form_key": form_key(words(client, "/channels/sms"))})
    send(side)
    assert "网关不认这个密钥或令牌" in words(client, "/channels/sms")
    assert rows(side, "select state, reason from delivery where channel = 'sms'") == [
        ("pending", "gateway_denied")
    ]


def test_a_trial_without_an_own_number_says_what_is_missing(
    world: World, enter: Enter, gateway: Gateway, rows: Rows
) -> None:
    client = enter(world.organ["admin"])
    client.post("/channels/sms", data=sms_form(gateway))
    key = form_key(words(client, "/channels/sms"))
    response = client.post("/channels/sms/test", data={"form_key": key}, follow_redirects=True)
    assert "您自己在这个渠道上没有地址" in response.get_data(as_text=True)
    assert rows(world.organ, "select 1 from delivery") == []


def test_a_secret_left_empty_stays_and_is_sealed(
    app: Flask, world: World, enter: Enter, gateway: Gateway, rows: Rows
) -> None:
    side = world.organ
    client = enter(side["admin"])
    client.post("/channels/sms", data=sms_form(gateway))
    [(before,)] = rows(side, "select secret from channel_setting")
    assert b"very secret word" not in bytes(before)
    client.post("/channels/sms", data=sms_form(gateway, option_secret="", option_template="SMS_9"))
    from shared.accounts.queries.channels import setup_of  # noqa: PLC0415

    with app.app_context(), tenant(side.tenant_id):
        setup = setup_of("sms", opened=True)
        db.session.remove()
    assert setup.secrets == {"secret": "very secret word"}
    assert setup.text("template") == "SMS_9"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://sms.example.com/", "必须以 https:// 开头"),
        ("https://10.0.0.5/", "内部网络"),
        ("https://127.1/", "内部网络"),
        ("https://localhost/", "内部网络"),
        ("https://[::1]/", "内部网络"),
        ("https://[::ffff:10.0.0.1]/", "内部网络"),
        ("https://[64:ff9b::a00:1]/", "内部网络"),
        ("https://169.254.169.254/latest", "内部网络"),
        ("https://intranet/", "内部网络"),
        ("https://user:pw@sms.example.com/", "不能带用户名和密码"),
        ("ftp://sms.example.com/", "必须以 https:// 开头"),
        ("file:///etc/passwd", "不是网关地址"),
        ("https://sms.example.com:99999/", "不是网关地址"),
        ("https://sms.example.com/\r\nX: y", "不是网关地址"),
        ("https://", "不是网关地址"),
        ("sms", "不是网关地址"),
    ],
)
def test_an_address_that_our_server_must_not_call_is_refused_in_words(
    world: World, enter: Enter, rows: Rows, address: str, said: str
) -> None:
    client = enter(world.organ["admin"])
    response = client.post("/channels/sms", data=sms_form(Gateway(), option_url=address))
    assert response.status_code == 422
    page = unescape(response.get_data(as_text=True))
    assert said in page
    assert "SMS_1" in page
    assert rows(world.organ, "select 1 from channel_setting") == []


@pytest.mark.parametrize("limit", ["0", "-5", "21", "many"])
def test_a_limit_that_is_none_is_refused(world: World, enter: Enter, limit: str) -> None:
    response = enter(world.organ["admin"]).post("/channels/wecom_robot", data={"per_minute": limit})
    assert response.status_code == 422


def test_a_channel_that_lacks_something_cannot_be_switched_on_and_in_app_not_off(
    world: World, enter: Enter, rows: Rows
) -> None:
    client = enter(world.organ["admin"])
    for channel, enabled in (("sms", "1"), ("in_app", "0")):
        client.post(f"/channels/{channel}/switch", data={"enabled": enabled})
    assert rows(world.organ, "select 1 from channel_setting") == []


def test_every_channel_has_its_page_and_what_is_none_has_none(world: World, enter: Enter) -> None:
    from shared.messages.channels import SPECS  # noqa: PLC0415

    client = enter(world.organ["admin"])
    index = words(client, "/channels")
    for channel, spec in SPECS.items():
        assert f"/channels/{channel}" in index
        assert client.get(f"/channels/{channel}").status_code == 200, spec
    assert client.get("/channels/pigeon").status_code == 404
    assert client.post("/channels/pigeon", data={}).status_code == 404


def test_a_robots_group_is_added_tried_out_and_ended(
    app: Flask, world: World, enter: Enter, gateway: Gateway, rows: Rows
) -> None:
    side = world.organ
    client = enter(side["admin"])
    [(unit,)] = rows(side, "select name from unit where id = :u", u=side.branch)
    form = {"unit": unit, "name": "支部群", "url": f"{gateway.url}/robot?key=very-secret", "key": ""}
    key = form_key(words(client, "/channels/wecom_robot"))
    for _twice in range(2):
        response = client.post("/channels/wecom_robot/groups", data=form | {"form_key": key})
        assert response.status_code == 303
    [(group, secret)] = rows(side, "select id, secret from message_group")
    assert b"very-secret" not in bytes(secret)
    page = words(client, "/channels/wecom_robot")
    assert "支部群" in page
    assert "very-secret" not in page
    client.post(f"/channels/groups/{group}/test", data={"form_key": form_key(page)})
    send(side)
    [call] = gateway.calls
    assert call.path == "/robot?key=very-secret"
    assert "试发消息" in call.json["text"]["content"]
    client.post(f"/channels/groups/{group}/test", data={"form_key": "anotherkey1"})
    client.post(f"/channels/groups/{group}/end", data={})
    send(side)
    assert len(gateway.calls) == 1
    assert rows(side, "select state, reason from delivery order by id") == [
        ("sent", None),
        ("suppressed", "no_address"),
    ]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"unit": "no such unit"}, "没有这个组织"),
        ({"url": "https://10.1.1.1/x"}, "内部网络"),
        ({"name": ""}, "这里要填写"),
    ],
)
def test_a_group_that_is_none_is_refused_in_words(
    world: World, enter: Enter, rows: Rows, form: dict[str, str], said: str
) -> None:
    side = world.organ
    [(unit,)] = rows(side, "select name from unit where id = :u", u=side.branch)
    good = {"unit": unit, "name": "群", "url": "https://qyapi.weixin.qq.com/x?key=1", "form_key": "abcdefgh1"}
    response = enter(side["admin"]).post("/channels/wecom_robot/groups", data=good | form)
    assert response.status_code == 422
    assert said in unescape(response.get_data(as_text=True))
    assert rows(side, "select 1 from message_group") == []


def test_the_lists_cost_the_same_however_many_groups(
    app: Flask, world: World, enter: Enter, change: Callable[..., None], count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    client = enter(side["admin"])
    client.get("/channels/wecom_robot")
    with count_queries() as few:
        client.get("/channels/wecom_robot")
    change(
        side,
        "insert into message_group (unit_id, channel, name, secret, form_key)"
        " select :u, 'wecom_robot', 'g' || n, 'x', 'k' || n from generate_series(1, 60) n",
        u=side.branch,
    )
    with count_queries() as many:
        page = words(client, "/channels/wecom_robot")
    assert len(many) == len(few)
    assert "下一页" in page
