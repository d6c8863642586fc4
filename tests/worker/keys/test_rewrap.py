"""A new instance key: every tenant's key is wrapped anew, the values under it are not touched."""

import base64
import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from services.web.commands import jiceng
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.sealing import bare_key, seal, unseal
from shared.settings import settings
from shared.tenancy import platform, tenant
from shared.tenants.actions import begin_rotation
from shared.tenants.models import Tenant
from shared.tenants.queries import keys
from shared.transfers.models import Exchange
from shared.transfers.payload import Payload, close, open_payload
from tests.world import World

OLD, NEW = b"k" * 32, b"n" * 32


def use(monkeypatch: pytest.MonkeyPatch, *, present: bytes, former: bytes | None) -> None:
    monkeypatch.setenv("INSTANCE_KEY", base64.b64encode(present).decode())
    monkeypatch.setenv("INSTANCE_KEY_FORMER", base64.b64encode(former or b"").decode())
    settings.cache_clear()


def rewrap(app: Flask) -> str:
    done = app.test_cli_runner().invoke(jiceng, ["keys", "rewrap"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def instance_keys(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Afterwards every tenant of this process's database is under the tests' key again."""
    yield monkeypatch
    use(monkeypatch, present=OLD, former=NEW)
    rewrap(app)
    monkeypatch.undo()
    settings.cache_clear()


def wrapped_keys(app: Flask) -> list[bytes]:
    with app.app_context(), platform():
        found = list(db.session.scalars(select(Tenant.wrapped_key)))
        found += [key for key in db.session.scalars(select(Tenant.former_key)) if key is not None]
        db.session.remove()
    return found


def test_every_key_is_wrapped_anew_and_the_values_stay(
    app: Flask, world: World, instance_keys: pytest.MonkeyPatch
) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        value = seal(keys(), "13900000000", "phone")
        db.session.remove()
    with app.app_context(), platform():
        with transaction():
            begin_rotation(SYSTEM, tenant_id=world.union.tenant_id)
        db.session.remove()
    use(instance_keys, present=NEW, former=OLD)
    # Before the run already everything reads, by the former key.
    with app.app_context(), tenant(world.organ.tenant_id):
        assert unseal(keys(), value, "phone") == b"13900000000"
        db.session.remove()
    status = app.test_cli_runner().invoke(jiceng, ["keys", "status"]).output
    assert f"{world.organ.tenant_id}\t" in status
    assert "wrapped by another instance key" in status
    count = len(wrapped_keys(app)) - 1
    assert f"{count} of {count} tenants wrapped anew" in rewrap(app)
    assert f"0 of {count} tenants wrapped anew" in rewrap(app)
    use(instance_keys, present=NEW, former=None)
    assert all(len(bare_key([NEW], wrapped)) == 32 for wrapped in wrapped_keys(app))
    with app.app_context(), tenant(world.organ.tenant_id):
        assert unseal(keys(), value, "phone") == b"13900000000"
        db.session.remove()
    refused = app.test_cli_runner().invoke(jiceng, ["keys", "rewrap"])
    assert (refused.exit_code, "INSTANCE_KEY_FORMER is not set" in refused.output) == (1, True)


def test_a_wrong_former_key_changes_nothing_and_says_so(
    app: Flask, world: World, instance_keys: pytest.MonkeyPatch
) -> None:
    before = wrapped_keys(app)
    use(instance_keys, present=NEW, former=b"w" * 32)
    refused = app.test_cli_runner().invoke(jiceng, ["keys", "rewrap"])
    assert (refused.exit_code, "Neither instance key opens" in refused.output) == (1, True)
    assert wrapped_keys(app) == before
    use(instance_keys, present=OLD, former=None)


def on_their_way(said: str) -> int:
    """How many transfers the command names as still under the former key."""
    found = re.search(r"(\d+) transfers between tenants", said)
    return int(found.group(1)) if found else 0


def test_a_transfer_on_its_way_needs_the_former_key_and_the_command_says_until_when(
    app: Flask, world: World, instance_keys: pytest.MonkeyPatch
) -> None:
    sender, receiver = world.organ, world.union
    closed = close(
        Payload(name="某人", status="full"), sender_id=sender.tenant_id, receiver_id=receiver.tenant_id
    )
    with app.app_context(), tenant(sender.tenant_id):
        with transaction():
            row = Exchange(
                receiver_id=receiver.tenant_id,
                wanted_unit_id=receiver.branch,
                line="party",
                sender_name="甲",
                receiver_name="乙",
                effective_on=date(2026, 11, 1),
                expires_on=date(2099, 1, 31),
                sealed=closed.sealed,
                wrapped_key=closed.wrapped_key,
            )
            db.session.add(row)
        db.session.remove()
    use(instance_keys, present=NEW, former=OLD)
    said = rewrap(app)
    # Other tenants of this database may have some on their way too.
    before = on_their_way(said)
    assert before >= 1
    assert "2099-01-31" in said
    assert open_payload(row).name == "某人"
    with app.app_context(), tenant(sender.tenant_id):
        with transaction():
            db.session.execute(update(Exchange).where(Exchange.id == row.id).values(state="withdrawn"))
        db.session.remove()
    assert on_their_way(rewrap(app)) == before - 1
