"""From a planned row to the outside: addresses found at the last moment, switches obeyed, links in mails."""

from collections.abc import Callable, Iterator
from email import message_from_string
from typing import Any

import pytest
from flask import Flask

from shared.access.actor import SYSTEM
from shared.accounts.actions.telling import tell
from shared.clock import now
from shared.db import db, transaction
from shared.settings import settings
from shared.tenancy import tenant
from tests.factories.gateways import Gateway
from tests.factories.mail_server import Mailbox, mail_server
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Change = Callable[..., None]


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mail_server() as box:
        monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{box.port}")
        settings.cache_clear()
        yield box
    monkeypatch.undo()
    settings.cache_clear()


def told(app: Flask, side: Side, kind: str, *roles: str) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            tell(
                SYSTEM,
                kind=kind,
                key=f"{kind}:{now().timestamp()}",
                detail={"channel": "sms"},
                person_ids=[side[role].person_id for role in roles],
            )
        db.session.remove()


def trial(change: Change, side: Side, channel: str, role: str) -> None:
    """A message that says the same to everybody, planned by hand for one person."""
    change(
        side,
        "with o as (insert into occasion (kind, key, detail) values ('channel_test', :k, :d) returning id)"
        " insert into delivery (occasion_id, person_id, channel) select id, :p, :c from o",
        k=f"t:{now().timestamp()}",
        d=f'{{"channel": "{channel}"}}',
        p=side[role].person_id,
        c=channel,
    )


def send(side: Side) -> None:
    from services.worker.messages import send as task  # noqa: PLC0415 - the environment must stand first

    task(tenant_id=side.tenant_id)


SMS = {"key": "k", "secret": "s", "template": "t"}


def test_a_number_is_opened_at_the_last_moment_and_a_landline_gets_none(
    world: World,
    gateway: Gateway,
    set_up: Callable[..., None],
    give_phone: Callable[..., None],
    rows: Rows,
    change: Change,
) -> None:
    side = world.organ
    set_up(side, "sms", url=gateway.url, **SMS)
    give_phone(side, side["secretary"], "13811112222")
    give_phone(side, side["keeper"], "010-12345678")
    for role in ("secretary", "keeper", "member"):
        trial(change, side, "sms", role)
    give_phone(side, side["secretary"], "13933334444")
    send(side)
    assert [call.json["to"] for call in gateway.calls] == ["13933334444"]
    assert rows(side, "select state, reason, reference from delivery order by id") == [
        ("sent", None, "g-1"),
        ("suppressed", "no_address", None),
        ("suppressed", "no_address", None),
    ]
    assert rows(side, "select count(*) from delivery where body like '%139%' or subject like '%139%'") == [
        (0,)
    ]


def test_what_waits_when_a_channel_is_switched_off_is_not_sent(
    app: Flask, world: World, mailbox: Mailbox, rows: Rows, change: Change
) -> None:
    side = world.organ
    told(app, side, "channel_test", "secretary")
    change(side, "update occasion set kind = 'dues', detail = '{}'")
    change(side, "insert into channel_setting (channel, enabled) values ('email', false)")
    send(side)
    assert mailbox.received == []
    told(app, side, "channel_test", "keeper")
    assert rows(side, "select channel from delivery where person_id = :p", p=side["keeper"].person_id) == [
        ("in_app",)
    ]


def test_a_gateway_that_asks_to_wait_is_left_alone_and_served_later(
    world: World,
    gateway: Gateway,
    set_up: Callable[..., None],
    give_phone: Callable[..., None],
    rows: Rows,
    change: Change,
) -> None:
    side = world.organ
    set_up(side, "sms", url=gateway.url, **SMS)
    for number, role in enumerate(("secretary", "keeper", "member")):
        give_phone(side, side[role], f"1381111222{number}")
        trial(change, side, "sms", role)
    gateway.answers = [(429, {}, {"Retry-After": "600"})]
    send(side)
    assert len(gateway.calls) == 1
    waits = rows(
        side,
        "select state, reason, extract(epoch from not_before - now()) > 500 from delivery where channel = 'sms'",
    )
    assert waits == [("pending", "gateway_busy", True)] * 3
    send(side)
    assert len(gateway.calls) == 1
    change(side, "update delivery set not_before = now()")
    send(side)
    assert len({call.json["id"] for call in gateway.calls}) == 3
    assert rows(side, "select distinct state, reason from delivery where channel = 'sms'") == [("sent", None)]


def test_a_mail_that_may_be_declined_says_where_and_the_link_works(
    app: Flask, world: World, mailbox: Mailbox, change: Change, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.worker import messages  # noqa: PLC0415
    from services.worker.trials import compose_trials  # noqa: PLC0415

    side = world.organ
    # A kind of a topic that may be declined, and one of a topic that may not, with the words of a trial.
    monkeypatch.setitem(messages.COMPOSERS, "dues", compose_trials)
    monkeypatch.setitem(messages.COMPOSERS, "task", compose_trials)
    told(app, side, "dues", "secretary")
    told(app, side, "task", "secretary")
    send(side)
    heads = [message_from_string(text) for _to, text in mailbox.received]
    links = [head["List-Unsubscribe"] for head in heads]
    assert [link is None for link in links].count(True) == 1
    [(link, head)] = [(link, head) for link, head in zip(links, heads, strict=True) if link]
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = link.strip("<>").removeprefix(settings().base_url)
    assert app.test_client().post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    told(app, side, "dues", "secretary")
    assert rows(
        side, "select state, reason from delivery where channel = 'email' order by id desc limit 1"
    ) == [("suppressed", "opted_out")]


def test_a_rotation_renews_the_secrets_of_channels_and_robots(
    app: Flask, world: World, set_up: Callable[..., None], change: Change
) -> None:
    from shared.accounts.actions.channels import add_group  # noqa: PLC0415
    from shared.accounts.actions.resealing import reseal_channels, reseal_groups  # noqa: PLC0415
    from shared.accounts.queries.channels import setup_of  # noqa: PLC0415
    from shared.sealing import Keys  # noqa: PLC0415
    from shared.tenants.queries import keys  # noqa: PLC0415

    side = world.organ
    set_up(side, "sms", url="https://sms.example.com/", **SMS)
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            add_group(
                SYSTEM,
                unit_id=side.branch,
                channel="wecom_robot",
                name="g",
                url="https://qyapi.weixin.qq.com/x",
                key="",
                form_key="k1234567",
            )
        opened = keys()
        turned = Keys.derive(b"n" * 32, opened)
        with transaction():
            assert reseal_channels(turned, 0, 100) == (None, 1)
            assert reseal_groups(turned, 0, 100) == (None, 1)
        with transaction():
            assert reseal_channels(turned, 0, 100) == (None, 0)
            assert reseal_groups(turned, 0, 1)[1] == 0
        db.session.remove()
        with pytest.raises(Exception, match=r"^$"):
            setup_of("sms", opened=True)
        db.session.remove()
