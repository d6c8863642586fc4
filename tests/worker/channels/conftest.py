"""A gateway on this machine that the operator allows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from shared.access.actor import Actor, Grant
from shared.accounts.actions.channels import save_channel, switch_channel
from shared.db import db, transaction
from shared.members.numbers import seal_phone
from shared.settings import settings
from shared.tenancy import tenant
from shared.tenants.queries import keys
from tests.factories.gateways import Gateway, PostOffice, gateway_server, post_office
from tests.world import Cast, Side

ADMIN = Actor(name="admin", grants=(Grant("admin"),))


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GATEWAY_NETWORKS", "127.0.0.0/8")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def gateway(loopback: None) -> Iterator[Gateway]:
    with gateway_server() as one:
        yield one


@pytest.fixture
def office(loopback: None) -> Iterator[PostOffice]:
    with post_office() as one:
        yield one


@pytest.fixture
def set_up(app: Flask) -> Callable[..., None]:
    """Set a channel up and switch it on, by its own verbs."""

    def do(
        side: Side,
        channel: str,
        *,
        topics: tuple[str, ...] = (),
        per_minute: int | None = None,
        **options: str,
    ) -> None:
        with app.app_context(), tenant(side.tenant_id):
            with transaction():
                save_channel(ADMIN, channel=channel, options=options, per_minute=None, topics=list(topics))
                switch_channel(ADMIN, channel=channel, enabled=True)
            db.session.remove()

    return do


@pytest.fixture
def give_phone(app: Flask, change: Callable[..., None]) -> Callable[..., None]:
    """A telephone number in the roster, sealed as it is."""

    def do(side: Side, cast: Cast, number: str) -> None:
        with app.app_context(), tenant(side.tenant_id):
            phone = seal_phone(keys(), number)
            db.session.remove()
        values: dict[str, Any] = {"s": phone.sealed, "h": phone.hash, "t": phone.tail, "p": cast.person_id}
        change(
            side,
            "update person set phone_sealed = :s, phone_hash = :h, phone_tail = :t where id = :p",
            **values,
        )

    return do
