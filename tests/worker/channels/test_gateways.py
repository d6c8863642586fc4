"""Every transport against a server on this machine: what it sends, and what it makes of each answer."""

import hmac
import socket
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask

from shared.errors import Undelivered
from shared.tenancy import tenant
from tests.factories.gateways import Gateway
from tests.world import Side, World

SetUp = Callable[..., None]
WORDS = {
    "subject": "两项到期",
    "text": "主题党日\n\nfooter",
    "short": "主题党日",
    "link": "http://localhost/x",
}


def deliver(app: Flask, side: Side, channel: str, to: str, **more: Any) -> str | None:
    from services.worker.channels import CHANNELS  # noqa: PLC0415 - the environment must stand first
    from services.worker.channels.outgoing import Outgoing  # noqa: PLC0415

    values = {"message_id": "delivery-1-7", "kind": "digest"} | WORDS | more
    with app.app_context(), tenant(side.tenant_id), CHANNELS[channel]() as send:
        return send(Outgoing(to=to, **values))


def refused(app: Flask, side: Side, channel: str, to: str) -> Undelivered:
    with pytest.raises(Undelivered) as caught:
        deliver(app, side, channel, to)
    return caught.value


def sms(set_up: SetUp, side: Side, gateway: Gateway, **more: str) -> None:
    values = {
        "url": gateway.url + "/send/{template}",
        "key": "organ",
        "secret": "s3cret",
        "template": "SMS_1",
    }
    set_up(side, "sms", **(values | more))


def test_an_sms_is_signed_templated_and_bears_the_number_in_its_body_only(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp
) -> None:
    sms(set_up, world.organ, gateway, sign="【机关】", templates="press=SMS_2\ndigest=SMS_3")
    assert deliver(app, world.organ, "sms", "13800001111") == "g-1"
    [call] = gateway.calls
    assert call.path == "/send/SMS_3"
    assert call.json == {
        "id": "delivery-1-7",
        "to": "13800001111",
        "template": "SMS_3",
        "params": {
            "sign": "【机关】",
            "subject": "两项到期",
            "text": "主题党日",
            "link": "http://localhost/x",
        },
    }
    signed = f"{call.headers['X-Timestamp']}\n{call.headers['X-Nonce']}\n".encode() + call.body
    assert call.headers["X-Signature"] == hmac.new(b"s3cret", signed, sha256).hexdigest()
    deliver(app, world.organ, "sms", "13800001111", kind="meeting")
    assert gateway.calls[1].json["template"] == "SMS_1"
    assert gateway.calls[0].headers["X-Nonce"] != gateway.calls[1].headers["X-Nonce"]


@pytest.mark.parametrize(
    ("answer", "reason", "permanent", "away", "wait"),
    [
        ((500, {}, {}), "gateway_fault", False, False, None),
        ((200, {"code": 17}, {}), "gateway_error", False, False, None),
        ((200, {}, {}), "gateway_error", False, False, None),
        ((200, b"<html>thanks</html>", {}), "gateway_unclear", False, False, None),
        ((200, b"[1]", {}), "gateway_unclear", False, False, None),
        ((200, b"x" * 70_000, {}), "gateway_unclear", False, False, None),
        ((200, {"code": "busy", "wait": 90}, {}), "gateway_busy", False, True, 90),
        ((200, {"code": "busy", "wait": "for ever"}, {}), "gateway_busy", False, True, 60),
        ((429, {}, {"Retry-After": "120"}), "gateway_busy", False, True, 120),
        ((429, {}, {"Retry-After": "999999"}), "gateway_busy", False, True, 3600),
        ((503, {}, {"Retry-After": "30"}), "gateway_busy", False, True, 30),
        ((200, {"code": "invalid_number"}, {}), "bad_phone", True, False, None),
        ((400, {}, {}), "gateway_refused", True, False, None),
        ((401, {}, {}), "gateway_denied", False, True, None),
        ((302, {}, {"Location": "http://127.0.0.1:1/"}), "gateway_redirects", False, True, None),
    ],
)
def test_each_answer_of_an_sms_gateway_has_its_meaning(
    app: Flask,
    world: World,
    gateway: Gateway,
    set_up: SetUp,
    answer: tuple[int, Any, dict[str, str]],
    reason: str,
    permanent: bool,
    away: bool,
    wait: int | None,
) -> None:
    sms(set_up, world.organ, gateway)
    gateway.always = answer
    error = refused(app, world.organ, "sms", "13800001111")
    assert (error.reason, error.permanent, error.away, error.wait) == (reason, permanent, away, wait)
    assert len(gateway.calls) == 1


def test_a_gateway_that_hangs_is_left_after_a_bounded_time(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.worker.channels import gateway as caller  # noqa: PLC0415

    sms(set_up, world.organ, gateway)
    monkeypatch.setattr(caller, "STEP", 0.3)
    gateway.delay = 2
    error = refused(app, world.organ, "sms", "13800001111")
    assert (error.reason, error.permanent, error.away) == ("gateway_away", False, True)


def test_a_gateway_that_drips_is_cut_off(
    app: Flask, world: World, loopback: None, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte now and then keeps each step short and the whole for ever."""
    import threading  # noqa: PLC0415

    from services.worker.channels import gateway as caller  # noqa: PLC0415

    monkeypatch.setattr(caller, "WHOLE", 0.5)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _address = server.accept()
            with line:
                try:
                    line.recv(4096)
                    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
                    while not ended.wait(0.1):
                        line.sendall(b"x")
                except OSError:
                    pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        set_up(world.organ, "sms", url=f"http://127.0.0.1:{port}/", key="k", secret="s", template="t")
        error = refused(app, world.organ, "sms", "13800001111")
        ended.set()
        thread.join()
    assert error.reason in {"gateway_away", "gateway_unclear"}
    assert not error.permanent


def test_nobody_listening_is_away(app: Flask, world: World, gateway: Gateway, set_up: SetUp) -> None:
    sms(set_up, world.organ, gateway, url="http://127.0.0.1:1/")
    assert refused(app, world.organ, "sms", "13800001111").reason == "gateway_away"


def test_what_the_operator_allows_no_more_gets_nothing(
    app: Flask, world: World, gateway: Gateway, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was allowed when it was entered; the connection is checked again."""
    from shared.settings import settings  # noqa: PLC0415

    sms(set_up, world.organ, gateway)
    monkeypatch.setenv("GATEWAY_NETWORKS", "")
    settings.cache_clear()
    error = refused(app, world.organ, "sms", "13800001111")
    assert (error.reason, error.away, gateway.calls) == ("gateway_not_allowed", True, [])


@pytest.mark.parametrize(
    "addresses", [["10.0.0.9"], ["93.184.216.34", "169.254.169.254"], ["64:ff9b::a00:1"]]
)
def test_a_public_name_that_points_inside_gets_nothing(
    app: Flask, world: World, set_up: SetUp, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    set_up(world.organ, "sms", url="https://sms.example.com/", key="k", secret="s", template="t")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    assert refused(app, world.organ, "sms", "13800001111").reason == "gateway_not_allowed"
