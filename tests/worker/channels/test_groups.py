"""A unit's group chat: once a day, what its unit owes, and nothing once it owes nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask

from shared.access.actor import SYSTEM
from shared.accounts.actions.channels import add_group
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.factories.due_items import due_items
from tests.factories.gateways import Gateway
from tests.world import Side, World

CLOCK = Clock()
Rows = Callable[..., list[Any]]


def group(app: Flask, side: Side, unit_id: int, gateway: Gateway, name: str) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            add_group(
                SYSTEM,
                unit_id=unit_id,
                channel="wecom_robot",
                name=name,
                url=f"{gateway.url}/{name}",
                key="",
                form_key=f"form{name}key",
            )
        db.session.remove()


def sweep(side: Side) -> None:
    from services.worker.sweep import sweep_tenant  # noqa: PLC0415 - the environment must stand first

    sweep_tenant(tenant_id=side.tenant_id)


def test_each_group_is_told_once_a_day_what_its_own_unit_owes(
    app: Flask,
    world: World,
    gateway: Gateway,
    set_up: Callable[..., None],
    rows: Rows,
    change: Callable[..., None],
) -> None:
    side = world.organ
    due_items(app, side, [side.branch], date(2026, 6, 20))
    group(app, side, side.branch, gateway, "mine")
    group(app, side, side.other_branch, gateway, "other")
    with CLOCK.at("2026-06-20"):
        sweep(side)
    assert gateway.calls == []
    set_up(side, "wecom_robot")
    change(side, "delete from delivery where group_id is not null")
    change(side, "delete from occasion where kind = 'group_due'")
    with CLOCK.at("2026-06-20", hour=0):
        sweep(side)
    assert gateway.calls == []
    with CLOCK.at("2026-06-20"):
        sweep(side)
        sweep(side)
    assert [call.path for call in gateway.calls] == ["/mine"]
    [(unit,)] = rows(side, "select name from unit where id = :u", u=side.branch)
    text = gateway.calls[0].json["text"]["content"]
    assert unit in text
    assert "2026-06-20" in text
    with CLOCK.at("2026-06-22"):
        sweep(side)
    assert "逾期 2 天" in gateway.calls[1].json["text"]["content"]
    change(side, "update due_item set state = 'exempt'")
    with CLOCK.at("2026-06-23"):
        sweep(side)
    assert len(gateway.calls) == 2


def test_what_was_recorded_before_the_robot_wrote_is_left_out(
    app: Flask,
    world: World,
    gateway: Gateway,
    set_up: Callable[..., None],
    rows: Rows,
    change: Callable[..., None],
) -> None:
    side = world.organ
    due_items(app, side, [side.branch], date(2026, 6, 20))
    group(app, side, side.branch, gateway, "mine")
    set_up(side, "wecom_robot")
    gateway.always = (503, {}, {"Retry-After": "5"})
    with CLOCK.at("2026-06-20"):
        sweep(side)
    change(side, "update due_item set state = 'exempt'")
    gateway.always = (200, {"errcode": 0}, {})
    with CLOCK.at("2026-06-20", hour=12):
        sweep(side)
    assert len(gateway.calls) == 1
    assert rows(side, "select state, reason from delivery where group_id is not null") == [
        ("suppressed", "done")
    ]


def test_the_digest_goes_by_sms_where_the_tenant_ticked_its_topic(
    app: Flask,
    world: World,
    gateway: Gateway,
    set_up: Callable[..., None],
    give_phone: Callable[..., None],
    rows: Rows,
) -> None:
    side = world.organ
    due_items(app, side, [side.branch], date(2026, 6, 20))
    give_phone(side, side["secretary"], "13811112222")
    set_up(side, "sms", topics=("duties",), url=gateway.url, key="k", secret="s", template="t")
    with CLOCK.at("2026-06-20"):
        sweep(side)
        sweep(side)
    assert [call.json["to"] for call in gateway.calls] == ["13811112222"]
    assert rows(
        side, "select channel, count(*) from delivery where state = 'sent' group by 1 order by 1"
    ) == [
        ("email", 2),
        ("in_app", 2),
        ("sms", 1),
    ]
