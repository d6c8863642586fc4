"""WeCom and DingTalk: robots of groups and applications, by their public HTTP formats."""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.factories.gateways import Call, Gateway
from tests.worker.channels.test_gateways import deliver, refused
from tests.world import Side, World

SetUp = Callable[..., None]


def robot(gateway: Gateway, path: str, key: str = "") -> str:
    return json.dumps({"url": gateway.url + path, "key": key})


def test_a_wecom_robot_gets_subject_text_and_page(app: Flask, world: World, gateway: Gateway) -> None:
    deliver(app, world.organ, "wecom_robot", robot(gateway, "/cgi-bin/webhook/send?key=abc"))
    [call] = gateway.calls
    assert call.path == "/cgi-bin/webhook/send?key=abc"
    assert call.json == {
        "msgtype": "text",
        "text": {"content": "两项到期\n主题党日\nhttp://localhost/x"},
    }


def test_a_long_text_is_cut_at_a_whole_sign(app: Flask, world: World, gateway: Gateway) -> None:
    deliver(app, world.organ, "wecom_robot", robot(gateway, "/x"), short="党" * 3000)
    content = gateway.calls[0].json["text"]["content"]
    assert len(content.encode()) <= 2000
    assert content.endswith("党…")


def test_a_dingtalk_robot_is_signed_by_its_key(app: Flask, world: World, gateway: Gateway) -> None:
    deliver(app, world.organ, "dingtalk_robot", robot(gateway, "/robot/send?access_token=t", "SECkey"))
    asked = parse_qs(urlsplit(gateway.calls[0].path).query)
    [timestamp], [sign] = asked["timestamp"], asked["sign"]
    expected = hmac.new(b"SECkey", f"{timestamp}\nSECkey".encode(), sha256).digest()
    assert (asked["access_token"], sign) == (["t"], b64encode(expected).decode())
    deliver(app, world.organ, "dingtalk_robot", robot(gateway, "/robot/send?access_token=t"))
    assert "sign=" not in gateway.calls[1].path


@pytest.mark.parametrize(
    ("channel", "code", "reason", "permanent"),
    [
        ("wecom_robot", 45009, "gateway_busy", False),
        ("wecom_robot", 93000, "robot_gone", True),
        ("wecom_robot", 40058, "gateway_error", False),
        ("wecom_robot", None, "gateway_error", False),
        ("dingtalk_robot", 130101, "gateway_busy", False),
        ("dingtalk_robot", 310000, "robot_gone", True),
        ("dingtalk_robot", 300001, "robot_gone", True),
    ],
)
def test_an_errcode_inside_a_200_is_no_success(
    app: Flask, world: World, gateway: Gateway, channel: str, code: int | None, reason: str, permanent: bool
) -> None:
    gateway.always = (200, {"errcode": code, "errmsg": "?"}, {})
    error = refused(app, world.organ, channel, robot(gateway, "/x"))
    assert (error.reason, error.permanent) == (reason, permanent)


APPS = {
    "wecom_app": ({"corp_id": "ww1", "agent_id": "1000002"}, "/cgi-bin/gettoken", "/cgi-bin/message/send"),
    "dingtalk_app": ({"app_key": "ding1", "agent_id": "77"}, "/gettoken", "/topapi/message/corpconversation"),
}


def application(
    set_up: SetUp, side: Side, gateway: Gateway, channel: str, replies: list[dict[str, Any]]
) -> Callable[[], list[Call]]:
    """An application whose tokens are t1, t2 … and whose sends are answered in turn, then well."""
    options, token_path, send_path = APPS[channel]
    set_up(side, channel, url=gateway.url, secret="s", **options)
    given: list[str] = []

    def token(_call: Call) -> dict[str, Any]:
        given.append(f"t{len(given) + 1}")
        return {"errcode": 0, "access_token": given[-1], "expires_in": 7200}

    def send(_call: Call) -> dict[str, Any]:
        return (
            replies.pop(0)
            if replies
            else {"errcode": 0, "msgid" if channel == "wecom_app" else "task_id": "m-1"}
        )

    gateway.by_path = {token_path: token, send_path: send}
    return lambda: [call for call in gateway.calls if call.path.startswith(send_path)]


def test_a_wecom_message_goes_to_the_persons_name_there(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp
) -> None:
    sends = application(set_up, world.organ, gateway, "wecom_app", [])
    assert deliver(app, world.organ, "wecom_app", "zhangsan") == "m-1"
    deliver(app, world.organ, "wecom_app", "lisi")
    tokens = [call for call in gateway.calls if "gettoken" in call.path]
    assert [call.path for call in tokens] == ["/cgi-bin/gettoken?corpid=ww1&corpsecret=s"]
    assert [call.json["touser"] for call in sends()] == ["zhangsan", "lisi"]
    assert sends()[0].path == "/cgi-bin/message/send?access_token=t1"
    assert sends()[0].json["agentid"] == 1000002
    assert sends()[0].json["enable_duplicate_check"] == 1


def test_a_dingtalk_work_notice_goes_to_the_persons_name_there(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp
) -> None:
    sends = application(set_up, world.organ, gateway, "dingtalk_app", [])
    assert deliver(app, world.organ, "dingtalk_app", "manager01") == "m-1"
    assert gateway.calls[0].path == "/gettoken?appkey=ding1&appsecret=s"
    assert sends()[0].json == {
        "agent_id": 77,
        "userid_list": "manager01",
        "msg": {"msgtype": "text", "text": {"content": "两项到期\n主题党日\nhttp://localhost/x"}},
    }


@pytest.mark.parametrize("channel", sorted(APPS))
def test_a_token_that_is_refused_is_fetched_anew_once(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp, channel: str
) -> None:
    sends = application(set_up, world.organ, gateway, channel, [{"errcode": 42001}])
    deliver(app, world.organ, channel, "a")
    assert [call.path.rpartition("=")[2] for call in sends()] == ["t1", "t2"]
    deliver(app, world.organ, channel, "b")
    assert sends()[2].path.endswith("=t2")


@pytest.mark.parametrize("channel", sorted(APPS))
def test_a_token_refused_twice_is_a_matter_of_the_settings(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp, channel: str
) -> None:
    sends = application(set_up, world.organ, gateway, channel, [{"errcode": 40014}] * 5)
    error = refused(app, world.organ, channel, "a")
    assert (error.reason, error.permanent, error.away) == ("gateway_denied", False, True)
    assert len(sends()) == 2


@pytest.mark.parametrize(
    ("channel", "answer", "reason", "permanent"),
    [
        ("wecom_app", {"errcode": 81013}, "unknown_name", True),
        ("wecom_app", {"errcode": 0, "invaliduser": "a"}, "unknown_name", True),
        ("wecom_app", {"errcode": 45009}, "gateway_busy", False),
        ("wecom_app", {"errcode": 45002}, "gateway_error", False),
        ("dingtalk_app", {"errcode": 33012}, "unknown_name", True),
        ("dingtalk_app", {"errcode": 90018}, "gateway_busy", False),
    ],
)
def test_each_errcode_of_an_application_has_its_meaning(
    app: Flask,
    world: World,
    gateway: Gateway,
    set_up: SetUp,
    channel: str,
    answer: dict[str, Any],
    reason: str,
    permanent: bool,
) -> None:
    application(set_up, world.organ, gateway, channel, [answer])
    error = refused(app, world.organ, channel, "a")
    assert (error.reason, error.permanent) == (reason, permanent)


@pytest.mark.parametrize("channel", sorted(APPS))
def test_a_wrong_secret_gets_no_token(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp, channel: str
) -> None:
    application(set_up, world.organ, gateway, channel, [])
    gateway.by_path = {}
    gateway.always = (200, {"errcode": 40001, "errmsg": "invalid credential"}, {})
    assert refused(app, world.organ, channel, "a").reason == "gateway_denied"


def test_the_neighbours_token_is_not_mine(app: Flask, world: World, gateway: Gateway, set_up: SetUp) -> None:
    sends = application(set_up, world.organ, gateway, "wecom_app", [])
    options = APPS["wecom_app"][0]
    set_up(world.union, "wecom_app", url=gateway.url, secret="s", **options)
    deliver(app, world.organ, "wecom_app", "a")
    deliver(app, world.union, "wecom_app", "b")
    assert [call.path.rpartition("=")[2] for call in sends()] == ["t1", "t2"]
